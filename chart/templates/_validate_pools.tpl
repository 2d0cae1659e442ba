{{- /* The rules of _validate.tpl for pools and their resources. */ -}}

{{- /* Not in the schema, for Helm reports a wrong property name under a wrong path. */ -}}
{{- define "dask.validate.poolNames" -}}
{{- $taken := dict -}}
{{- range $pool := include "dask.poolNames" .Values | fromYamlArray }}
{{- $proper := lower $pool | replace "_" "-" | replace "." "-" | replace " " "-" | trunc 20 | trimAll "-" }}
{{- if hasKey $taken $proper }}
- |-
  workers.{{ $pool }} and workers.{{ get $taken $proper }} clash: both would be called {{ $proper }}. Write two names that differ in their first 20 lower-case letters, digits and dashes.
{{- else if ne $pool $proper }}
- |-
  workers.{{ $pool }} is no name for a pool, for it becomes a part of object names: at most 20 lower-case letters, digits and dashes. Write:
    workers:
      {{ $proper | default "pool" }}: {{ get ($.Values.workers | default dict) $pool | default dict | toRawJson }}
{{- end }}
{{- $_ := set $taken $proper $pool }}
{{- end }}
{{- end -}}

{{- /* Rules for one pool; its name is in the message. */ -}}
{{- define "dask.validate.pools" -}}
{{- range $pool, $values := include "dask.pools" .Values | fromYaml }}
{{- if eq $values.type "gpu" }}
{{- include "dask.validate.gpuPool" (dict "pool" $pool "values" $values) }}
{{- end }}
{{- include "dask.validate.gracePeriod" (dict "root" $ "pool" $pool "values" $values) }}
{{- end }}
{{- end -}}

{{- define "dask.validate.gpuPool" -}}
{{- $gpu := .values.gpu | default dict -}}
{{- if not (and $gpu.resource $gpu.count) }}
- |-
  workers.{{ .pool }} is of type gpu without gpu.resource and gpu.count: dask cuda worker ends when it sees no GPU. Write:
    workers:
      {{ .pool }}:
        gpu:
          resource: nvidia.com/gpu
          count: 1
{{- end }}
{{- if gt (.values.processes | default 1 | int) 1 }}
- |-
  workers.{{ .pool }}.processes is {{ .values.processes }} in a pool of type gpu, which runs one process for each GPU. Write:
    workers:
      {{ .pool }}:
        processes: 1
        gpu:
          count: {{ .values.processes }}
{{- end }}
{{- if include "dask.resourceAmount" (list .values.resources ($gpu.resource | default "")) }}
- |-
  workers.{{ .pool }}.resources names {{ $gpu.resource }}, which gpu.count sets. Remove it there and write:
    workers:
      {{ .pool }}:
        gpu:
          count: {{ include "dask.resourceAmount" (list .values.resources $gpu.resource) }}
{{- end }}
{{- end -}}

{{- /* A hook that is killed half way loses what it was about to save. */ -}}
{{- define "dask.validate.gracePeriod" -}}
{{- $least := include "dask.drain.seconds" . | int -}}
{{- $seconds := .values.terminationGracePeriodSeconds -}}
{{- $isOurs := not (hasKey (.values.lifecycle | default dict) "preStop") -}}
{{- if and .root.Values.drain.enabled $isOurs (not (kindIs "invalid" $seconds)) (lt ($seconds | int) $least) }}
- |-
  workers.{{ .pool }}.terminationGracePeriodSeconds is {{ $seconds }}, and with drain.timeout {{ .root.Values.drain.timeout }} a worker may need {{ $least }} to hand over its results. Write a shorter drain.timeout, or null, which follows it:
    workers:
      {{ .pool }}:
        terminationGracePeriodSeconds: null
{{- end }}
{{- end -}}

{{- /* The schema says the same of quantities, but may be skipped. */ -}}
{{- define "dask.validate.quantities" -}}
{{- $resources := dict "scheduler" .Values.scheduler.resources "jupyter" .Values.jupyter.resources "workerDefaults" .Values.workerDefaults.resources -}}
{{- range $pool, $values := .Values.workers }}{{ if $values }}{{ $_ := set $resources (printf "workers.%s" $pool) $values.resources }}{{ end }}{{ end -}}
{{- range $path, $value := $resources }}
{{- range $kind, $amounts := pick ($value | default dict) "limits" "requests" }}
{{- range $name, $amount := $amounts }}
{{- if not (or (kindIs "invalid" $amount) (regexMatch (include "dask.quantityPattern" .) (toString $amount))) }}
- |-
  {{ $path }}.resources.{{ $kind }}.{{ $name }} is {{ toString $amount | quote }}, which is no Kubernetes quantity. Write a number with an optional unit:
    cpu: 500m
    memory: 3Gi
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
