{{- /*
The root file system of a pod may be read-only: the home directory and /tmp are volumes. Input of all:
as dask.podSpec; .volumes and .mounts are the component's own.
*/ -}}
{{- define "dask.home" -}}
{{- .home | default "/home/dask" -}}
{{- end -}}

{{- define "dask.volumes" -}}
- name: dask-home
  {{- if .homeClaim }}
  persistentVolumeClaim:
    claimName: {{ .homeClaim | quote }}
  {{- else }}
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
{{- $own := include "dask.ownVolumeMounts" . -}}
{{- if .values.volumeMounts }}
{{- include "dask.lastOfEach" (list "mountPath" (concat ($own | include "dask.parsed" | mustFromJson) (.mounts | default list) .values.volumeMounts)) }}
{{- else }}
{{- $own }}
{{- with .mounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.ownVolumeMounts" -}}
- name: dask-home
  mountPath: {{ include "dask.home" . | quote }}
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
{{- end -}}
