{{- /* The name of the chart, or its alias in an umbrella chart. Input: the root context. */ -}}
{{- define "dask.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end -}}

{{- /* The prefix of every name. Input: the root context. */ -}}
{{- define "dask.fullname" -}}
{{- $name := include "dask.name" . -}}
{{- $release := .Release.Name -}}
{{- $full := contains $name $release | ternary $release (printf "%s-%s" $release $name) -}}
{{- include "dask.shortened" (.Values.fullnameOverride | default $full | replace "." "-") -}}
{{- end -}}

{{- /*
A name that leaves room for the longest suffix: 63 characters of a Service name, less 28 for
"-worker-" and a pool name of 20. The hash keeps two long names apart that begin alike.
*/ -}}
{{- define "dask.shortened" -}}
{{- if gt (len .) 35 -}}
{{- printf "%s-%s" (trunc 26 . | trimSuffix "-") (sha256sum . | trunc 8) -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- /* The name of a component's objects. Input: root, component, pool (workers only). */ -}}
{{- define "dask.componentName" -}}
{{- $name := printf "%s-%s" (include "dask.fullname" .root) .component -}}
{{- if eq (.pool | default "default") "default" -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" $name .pool -}}
{{- end -}}
{{- end -}}

{{- /* Where workers and clients find the scheduler. Input: the root context. */ -}}
{{- define "dask.schedulerAddress" -}}
{{- if .Values.scheduler.enabled -}}
{{- printf "tcp://%s:8786" (include "dask.componentName" (dict "root" . "component" "scheduler")) -}}
{{- else -}}
{{- .Values.scheduler.address -}}
{{- end -}}
{{- end -}}

{{- /* A URL path that begins with one slash and ends with none. Input: the user's prefix. */ -}}
{{- define "dask.path" -}}
{{- with . | default "" | trimAll "/" -}}
{{- printf "/%s" . -}}
{{- end -}}
{{- end -}}
