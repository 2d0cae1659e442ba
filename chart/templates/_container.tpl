{{- /* The chart's own container of a pod. Input: as dask.podSpec. */ -}}
{{- define "dask.container" -}}
{{- $values := .values -}}
name: {{ .component }}
image: {{ include "dask.image" .image | quote }}
{{- with .image.pullPolicy }}
{{ dict "imagePullPolicy" . | toYaml }}
{{- end }}
{{- with $values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- /* args and not command, so that the image's entry point runs, which installs the extra packages. */}}
args:
  {{- concat .args ($values.extraArgs | default list) | toYaml | nindent 2 }}
workingDir: {{ include "dask.home" . | quote }}
env:
  {{- include "dask.containerEnv" . | trim | nindent 2 }}
{{- include "dask.envFrom" . }}
{{- with .ports }}
ports:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "dask.probes" . }}
{{- range $key := list "lifecycle" "securityContext" }}
{{- with get $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
volumeMounts:
  {{- include "dask.volumeMounts" . | trim | nindent 2 }}
{{- end -}}

{{- /* The reference of an image. Input: the image's values, with tag filled in. */ -}}
{{- define "dask.image" -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- $tag := .tag -}}
{{- /* toJson writes large numbers without an exponent. */ -}}
{{- if not (kindIs "string" $tag) }}{{ $tag = toJson $tag }}{{ end -}}
{{- printf "%s:%s" .repository $tag -}}
{{- end -}}
{{- end -}}

{{- /*
The image of a component: its own keys over the top-level ones, the chart's appVersion as last resort.
Empty or null says "as at the top". Input: root, values (the component's). Prints JSON.
*/ -}}
{{- define "dask.imageValues" -}}
{{- $own := .values.image | default dict | deepCopy -}}
{{- merge $own (.root.Values.image | default dict) (dict "tag" .root.Chart.AppVersion) | toJson -}}
{{- end -}}

{{- /* The three probes. One without a handler asks the component's own health page. */ -}}
{{- define "dask.probes" -}}
{{- $handler := dict "httpGet" .health -}}
{{- $values := .values -}}
{{- range $key := list "startupProbe" "readinessProbe" "livenessProbe" }}
{{- with get $values $key }}
{{ $key }}:
  {{- if or .httpGet .exec .tcpSocket .grpc }}
  {{- toYaml . | nindent 2 }}
  {{- else }}
  {{- include "dask.overlay" (list $handler .) | mustFromJson | toYaml | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}
