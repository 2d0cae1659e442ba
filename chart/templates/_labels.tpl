{{- /*
Labels are the contract with everything that looks for the cluster's objects; their keys also stand in
the Python module dask_helm/labels.py. Input of all: root, component, pool (workers only).
*/ -}}

{{- /*
What a selector matches. It can never be changed once it is installed. `dask-helm/cluster` tells two
copies of the chart in one release apart, and no other tool rewrites it. A name without a form in YAML, which
toYaml leaves out, is reported by the rules; Helm renders validate.yaml last.
*/ -}}
{{- define "dask.selectorLabels" -}}
dask-helm/cluster: {{ include "dask.fullname" .root | toYaml | default `""` }}
app.kubernetes.io/name: {{ include "dask.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- with .pool }}
dask-helm/pool: {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* What only describes: not on pods, which would restart with every new chart version. */ -}}
{{- define "dask.descriptiveLabels" -}}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* The user's map over the chart's; null removes a key. Input: a list of maps, the last one wins. */ -}}
{{- define "dask.mergedMap" -}}
{{- $merged := dict -}}
{{- range . }}{{ range $key, $value := . }}{{ $_ := set $merged $key $value }}{{ end }}{{ end -}}
{{- range $key, $value := $merged }}
{{- if not (kindIs "invalid" $value) }}
{{ toYaml $key }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The metadata of an object. Input: also name (optional), labels, annotations, ownAnnotations. */ -}}
{{- define "dask.metadata" -}}
{{- $own := printf "%s\n%s" (include "dask.selectorLabels" .) (include "dask.descriptiveLabels" .) | include "dask.parsed" | mustFromJson -}}
name: {{ .name | default (include "dask.componentName" .) }}
namespace: {{ toYaml .root.Release.Namespace }}
labels:
  {{- include "dask.mergedMap" (list .root.Values.commonLabels .labels $own) | trim | nindent 2 }}
{{- with include "dask.mergedMap" (list .root.Values.commonAnnotations .annotations .ownAnnotations) }}
annotations:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The metadata of a pod. Input: also values (the component's), checksums (a map). */ -}}
{{- define "dask.podMetadata" -}}
{{- $own := include "dask.selectorLabels" . | include "dask.parsed" | mustFromJson -}}
labels:
  {{- include "dask.mergedMap" (list .root.Values.commonLabels .values.podLabels $own) | trim | nindent 2 }}
{{- with include "dask.mergedMap" (list .root.Values.commonAnnotations .values.podAnnotations .checksums) }}
annotations:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- end -}}
