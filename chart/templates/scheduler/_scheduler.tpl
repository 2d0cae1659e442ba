{{- define "dask.scheduler.args" -}}
{{- $dashboard := .Values.scheduler.dashboard | default dict -}}
- dask
- scheduler
- --port=8786
- --dashboard-address=:8787
{{- with include "dask.scheduler.path" . }}
- {{ printf "--dashboard-prefix=%s" . | quote }}
{{- end }}
{{- if ($dashboard.ingress | default dict).enabled }}
- --use-xheaders=true
{{- end }}
{{- end -}}

{{- define "dask.scheduler.ports" -}}
- name: tcp-comm
  port: 8786
- name: http-dashboard
  port: 8787
{{- end -}}

{{- /* The paths of the dashboard, its health page too, begin with the prefix. */ -}}
{{- define "dask.scheduler.path" -}}
{{- include "dask.path" (.Values.scheduler.dashboard | default dict).prefix -}}
{{- end -}}
