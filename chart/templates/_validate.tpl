{{- /*
Rules between values that a schema cannot state. Each rule is a template of its own that prints a YAML
list of messages: what is wrong, and after "Write:" what to write. All of them are shown at once.
Called from validate.yaml. Input of all: the root context.
*/ -}}
{{- define "dask.validate" -}}
{{- $messages := list -}}
{{- $root := . -}}
{{- range $rule := list "scheduler" "ingresses" "poolNames" "pools" "quantities" "budgets" "nodePorts" "names" -}}
{{- $messages = include (printf "dask.validate.%s" $rule) $root | fromYamlArray | concat $messages -}}
{{- end -}}
{{- with $messages }}{{ fail (printf "\n\n%s\n" (join "\n\n" .)) }}{{ end -}}
{{- end -}}

{{- define "dask.validate.scheduler" -}}
{{- $scheduler := .Values.scheduler -}}
{{- if and $scheduler.enabled $scheduler.address }}
- |-
  scheduler.address is set although scheduler.enabled is true: a release has one scheduler, its own or one elsewhere. Write:
    scheduler:
      enabled: false
      address: {{ $scheduler.address }}
{{- else if not (or $scheduler.enabled $scheduler.address) }}
- |-
  scheduler.enabled is false and scheduler.address is empty: nothing would tell workers and Jupyter where their scheduler is. Write:
    scheduler:
      enabled: false
      address: tcp://SERVICE.NAMESPACE.svc:8786
{{- end }}
{{- end -}}

{{- define "dask.validate.ingresses" -}}
{{- $dashboard := .Values.scheduler.dashboard | default dict -}}
{{- if and ($dashboard.ingress | default dict).enabled (not .Values.scheduler.enabled) }}
- |-
  scheduler.dashboard.ingress.enabled is true although scheduler.enabled is false: the Ingress would lead nowhere. Write:
    scheduler:
      dashboard:
        ingress:
          enabled: false
{{- end }}
{{- if and (.Values.jupyter.ingress | default dict).enabled (not .Values.jupyter.enabled) }}
- |-
  jupyter.ingress.enabled is true although jupyter.enabled is false: the Ingress would lead nowhere. Write:
    jupyter:
      ingress:
        enabled: false
{{- end }}
{{- end -}}

{{- /* Not in the schema, for Helm reports a wrong property name under a wrong path. */ -}}
{{- define "dask.validate.poolNames" -}}
{{- $taken := dict -}}
{{- range $pool := include "dask.poolNames" . | fromYamlArray }}
{{- $proper := lower $pool | replace "_" "-" | replace "." "-" | replace " " "-" | trunc 20 | trimAll "-" }}
{{- if hasKey $taken $proper }}
- |-
  workers.{{ $pool }} and workers.{{ get $taken $proper }} clash: both would be called {{ $proper }}. Write two names that differ in their first 20 lower-case letters, digits and dashes.
{{- else if ne $pool $proper }}
- |-
  workers.{{ $pool }} is no name for a pool, for it becomes a part of object names: at most 20 lower-case letters, digits and dashes. Write:
    workers:
      {{ $proper | default "pool" }}: {}
{{- end }}
{{- $_ := set $taken $proper $pool }}
{{- end }}
{{- end -}}

{{- /* Rules for one pool; its name is in the message. */ -}}
{{- define "dask.validate.pools" -}}
{{- $root := . -}}
{{- range $pool := include "dask.poolNames" . | fromYamlArray }}
{{- $values := include "dask.poolValues" (list $root $pool) | fromYaml }}
{{- if eq $values.type "gpu" }}
{{- include "dask.validate.gpuPool" (dict "pool" $pool "values" $values) }}
{{- end }}
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

{{- define "dask.validate.budgets" -}}
{{- $budgets := dict "scheduler" .Values.scheduler.podDisruptionBudget "workerDefaults" .Values.workerDefaults.podDisruptionBudget -}}
{{- range $pool, $values := .Values.workers }}{{ if $values }}{{ $_ := set $budgets (printf "workers.%s" $pool) $values.podDisruptionBudget }}{{ end }}{{ end -}}
{{- range $path, $budget := $budgets }}
{{- if and $budget (not (kindIs "invalid" ($budget | default dict).minAvailable)) (not (kindIs "invalid" ($budget | default dict).maxUnavailable)) }}
- |-
  {{ $path }}.podDisruptionBudget has both minAvailable and maxUnavailable, of which Kubernetes takes one. Write:
    podDisruptionBudget:
      minAvailable: null
      maxUnavailable: {{ $budget.maxUnavailable }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.validate.nodePorts" -}}
{{- range $component := list "scheduler" "jupyter" }}
{{- $service := (get $.Values $component).service | default dict }}
{{- if and $service.nodePorts (eq ($service.type | default "ClusterIP") "ClusterIP") }}
- |-
  {{ $component }}.service.nodePorts is set although {{ $component }}.service.type is ClusterIP, which has none. Write:
    {{ $component }}:
      service:
        type: NodePort
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.validate.names" -}}
{{- if not (regexMatch "^[a-z]" (include "dask.fullname" .)) }}
- |-
  The release name {{ .Release.Name | quote }} begins with a digit, and the name of a Service may not. Write:
    fullnameOverride: dask-{{ include "dask.fullname" . | trunc 30 }}
{{- end }}
{{- end -}}
