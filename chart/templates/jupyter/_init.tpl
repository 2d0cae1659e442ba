{{- /*
Containers that run before Jupyter: one copies packages out of packagesImage and one installs them, for
the Python of Jupyter's image; the last fills the home directory. Input of all: as dask.podSpec.
*/ -}}
{{- define "dask.jupyter.initContainers" -}}
{{- if .root.Values.jupyter.packagesImage }}
- name: packages
  image: {{ .root.Values.jupyter.packagesImage | quote }}
  {{- with .image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  command: [cp, -R, /wheels, /opt/dask-helm/]
  {{- include "dask.jupyter.initSettings" . | nindent 2 }}
  volumeMounts:
    - name: dask-packages
      mountPath: /opt/dask-helm
- name: install
  {{- include "dask.jupyter.initImage" . | nindent 2 }}
  args: [python, /etc/dask-helm/seed/install.py, /opt/dask-helm]
  {{- include "dask.jupyter.initSettings" . | nindent 2 }}
  volumeMounts:
    - name: dask-packages
      mountPath: /opt/dask-helm
    {{- include "dask.jupyter.initMounts" . | nindent 4 }}
{{- end }}
- name: seed
  {{- include "dask.jupyter.initImage" . | nindent 2 }}
  args: [python, /etc/dask-helm/seed/seed.py, {{ .home | quote }}, /mnt/home]
  {{- include "dask.jupyter.initSettings" . | nindent 2 }}
  volumeMounts:
    {{- /* The volume of the home directory, elsewhere: there, it would hide what the image has. */}}
    {{- $home := .home }}
    {{- range include "dask.volumeMounts" . | fromYamlArray }}
    {{- if eq .mountPath $home }}
    - {{ set . "mountPath" "/mnt/home" | toYaml | indent 6 | trim }}
    {{- end }}
    {{- end }}
    {{- include "dask.jupyter.initMounts" . | nindent 4 }}
{{- end -}}

{{- /* Jupyter's image, with its entry point, which may be what puts Python on the PATH. */ -}}
{{- define "dask.jupyter.initImage" -}}
image: {{ include "dask.image" .image | quote }}
{{- with .image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- with .values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "dask.jupyter.initSettings" -}}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "dask.jupyter.initMounts" -}}
- name: dask-tmp
  mountPath: /tmp
- name: dask-seed
  mountPath: /etc/dask-helm/seed
  readOnly: true
{{- end -}}
