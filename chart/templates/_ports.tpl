{{- /* The ports of a container from those of its Service. Input: a list of name and port. */ -}}
{{- define "dask.containerPorts" -}}
{{- range . }}
- name: {{ .name }}
  containerPort: {{ .port | int }}
  protocol: TCP
{{- end }}
{{- end -}}
