{{- /*
The root file system of a pod may be read-only: the home directory and /tmp are volumes. Input of both:
as dask.podSpec; .volumes and .mounts are the component's own.
*/ -}}
{{- define "dask.volumes" -}}
{{- if not .home }}
- name: dask-home
  emptyDir: {}
{{- end }}
- name: dask-tmp
  emptyDir: {}
{{- if (.root.Values.dask | default dict).config }}
- name: dask-config
  configMap:
    name: {{ include "dask.componentName" (dict "root" .root "component" "config") }}
{{- end }}
{{- with concat (.volumes | default list) (.values.volumes | default list) }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "dask.volumeMounts" -}}
- name: dask-home
  mountPath: /home/dask
  {{- with .homeSubPath }}
  subPath: {{ . | quote }}
  {{- end }}
- name: dask-tmp
  mountPath: /tmp
{{- if (.root.Values.dask | default dict).config }}
- name: dask-config
  mountPath: /etc/dask-helm/config
  readOnly: true
{{- end }}
{{- with concat (.mounts | default list) (.values.volumeMounts | default list) }}
{{ toYaml . }}
{{- end }}
{{- end -}}
