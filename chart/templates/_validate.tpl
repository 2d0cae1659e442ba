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
