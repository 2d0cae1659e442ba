{{- /* Rules for pools and their resources; see _validate.tpl. */ -}}

{{- /* Not in the schema, because Helm reports a wrong property name with a wrong path. */ -}}
{{- define "dask.validate.poolNames" -}}
{{- $taken := dict -}}
{{- range $pool := include "dask.poolNames" .Values | mustFromJson }}
{{- $proper := regexReplaceAll "[^a-z0-9-]" (lower $pool) "-" | trunc 20 | trimAll "-" | default "pool" }}
{{- if hasKey $taken $proper }}
- |-
  workers.{{ $pool }} and workers.{{ get $taken $proper }} conflict: both names become {{ $proper }}. Write two names that differ in their first 20 lower-case letters, digits and dashes.
{{- else if ne $pool $proper }}
- |-
  workers.{{ $pool | default `""` }} is not a valid pool name. Pool names are part of object names: at most 20 lower-case letters, digits and dashes. Write:
    workers:
      {{ $proper }}: {{ get ($.Values.workers | default dict) $pool | default dict | toRawJson }}
{{- end }}
{{- $_ := set $taken $proper $pool }}
{{- end }}
{{- end -}}

{{- /* Rules for each pool; the message contains its name. */ -}}
{{- define "dask.validate.pools" -}}
{{- range $pool, $values := include "dask.pools" .Values | mustFromJson }}
{{- if eq $values.type "gpu" }}
{{- include "dask.validate.gpuPool" (dict "pool" $pool "values" $values) }}
{{- end }}
{{- include "dask.validate.gracePeriod" (dict "root" $ "pool" $pool "values" $values) }}
{{- include "dask.validate.image" (dict "root" $ "path" (printf "workers.%s" $pool) "image" (include "dask.imageValues" (dict "root" $ "values" $values) | mustFromJson)) }}
{{- end }}
{{- end -}}

{{- define "dask.validate.gpuPool" -}}
{{- $gpu := .values.gpu | default dict -}}
{{- if not (and $gpu.resource $gpu.count) }}
- |-
  workers.{{ .pool }} has type gpu, but not both gpu.resource and gpu.count. `dask cuda worker` exits if it finds no GPU. Write:
    workers:
      {{ .pool }}:
        gpu:
          resource: nvidia.com/gpu
          count: 1
{{- end }}
{{- if gt (.values.processes | default 1 | int) 1 }}
- |-
  workers.{{ .pool }}.processes is {{ .values.processes }}, but a pool of type gpu runs one process per GPU. Write:
    workers:
      {{ .pool }}:
        processes: 1
        gpu:
          count: {{ .values.processes }}
{{- end }}
{{- if include "dask.resourceAmount" (list .values.resources ($gpu.resource | default "")) }}
- |-
  workers.{{ .pool }}.resources contains {{ $gpu.resource }}, which gpu.count sets. Remove it from resources and write:
    workers:
      {{ .pool }}:
        gpu:
          count: {{ include "dask.resourceAmount" (list .values.resources $gpu.resource) }}
{{- end }}
{{- end -}}

{{- /* A hook that is killed before it finishes loses data. */ -}}
{{- define "dask.validate.gracePeriod" -}}
{{- $least := add .values.drain.timeout 10 | int -}}
{{- $seconds := .values.terminationGracePeriodSeconds -}}
{{- $isOurs := not (hasKey (.values.lifecycle | default dict) "preStop") -}}
{{- if and .values.drain.enabled $isOurs (not (kindIs "invalid" $seconds)) (lt ($seconds | int) $least) }}
- |-
  workers.{{ .pool }}.terminationGracePeriodSeconds is {{ $seconds }}, but with drain.timeout {{ .values.drain.timeout }} a worker can need {{ $least }} seconds to drain. {{ if ge ($seconds | int) 10 }}Write a shorter timeout for this pool:
    workers:
      {{ .pool }}:
        drain:
          timeout: {{ sub $seconds 10 }}
  or null, which uses the required time:{{ else }}Write null, which uses the required time:{{ end }}
    workers:
      {{ .pool }}:
        terminationGracePeriodSeconds: null
{{- end }}
{{- end -}}

{{- /* Repeats the schema's check of quantities, because the schema can be skipped. */ -}}
{{- define "dask.validate.quantities" -}}
{{- $resources := dict "scheduler" .Values.scheduler.resources "jupyter" .Values.jupyter.resources "workerDefaults" .Values.workerDefaults.resources -}}
{{- range $pool, $values := .Values.workers }}{{ if $values }}{{ $_ := set $resources (printf "workers.%s" $pool) $values.resources }}{{ end }}{{ end -}}
{{- range $path, $value := $resources }}
{{- range $kind, $amounts := pick ($value | default dict) "limits" "requests" }}
{{- range $name, $amount := $amounts }}
{{- if not (or (kindIs "invalid" $amount) (regexMatch (include "dask.quantityPattern" .) (toString $amount))) }}
- |-
  {{ $path }}.resources.{{ $kind }}.{{ $name }} is {{ toString $amount | quote }}, which is not a valid Kubernetes quantity. Write a number with an optional unit:
    cpu: 500m
    memory: 3Gi
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Older images have no program `dask`, and their workers cannot be drained. */ -}}
{{- define "dask.validate.image" -}}
{{- $tag := toString .image.tag }}
{{- if and (not .image.digest) (regexMatch `^(20(1\d|2[01])\.\d+|2022\.\d)\.\d+` $tag) }}
- |-
  The image of {{ .path }} has the tag {{ regexFind `^[^\n]*` $tag }}, but the chart needs Dask 2022.10 or newer. Write:
    image:
      tag: {{ .root.Chart.AppVersion | quote }}
{{- end }}
{{- end -}}
