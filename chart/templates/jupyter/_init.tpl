{{- /*
Containers that run before Jupyter: one copies packages out of packagesImage and one installs them, for
the Python of Jupyter's image; the last fills the home directory. Input of all: as dask.podSpec.
*/ -}}
{{- define "dask.jupyter.initContainers" -}}
{{- if .root.Values.jupyter.packagesImage }}
- name: packages
  image: {{ .root.Values.jupyter.packagesImage | quote }}
  {{- with .image.pullPolicy }}
  {{- dict "imagePullPolicy" . | toYaml | nindent 2 }}
  {{- end }}
  command: [cp, -R, /wheels, /opt/dask-helm/]
  {{- include "dask.jupyter.initSettings" . | nindent 2 }}
  volumeMounts:
    - name: dask-packages
      mountPath: /opt/dask-helm
- name: install
  args: [python, /etc/dask-helm/seed/install.py, /opt/dask-helm]
  {{- include "dask.jupyter.initContainer" . | nindent 2 }}
{{- end }}
- name: seed
  args: [python, /etc/dask-helm/seed/seed.py, {{ .home | quote }}, /mnt/home]
  {{- include "dask.jupyter.initContainer" . | nindent 2 }}
{{- end -}}

{{- /*
A container like Jupyter's own, with the image's entry point, which may be what puts Python on the PATH.
The volume of the home directory is elsewhere: there, it would hide what the image has. What the user
mounts below it is left out.
*/ -}}
{{- define "dask.jupyter.initContainer" -}}
{{- $home := .home | trimSuffix "/" -}}
image: {{ include "dask.image" .image | quote }}
{{- with .image.pullPolicy }}
{{ dict "imagePullPolicy" . | toYaml }}
{{- end }}
{{- with .values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
env:
  {{- include "dask.containerEnv" (dict "root" .root "values" .values "home" .home "env" .env "withoutPackages" true) | trim | nindent 2 }}
{{- include "dask.envFrom" . }}
{{ include "dask.jupyter.initSettings" . }}
volumeMounts:
  {{- range include "dask.volumeMounts" . | include "dask.parsed" | mustFromJson }}
  {{- if eq (trimSuffix "/" .mountPath) $home }}
  {{- list (set . "mountPath" "/mnt/home") | toYaml | nindent 2 }}
  {{- else if eq .name "dask-packages" }}
  {{- list (omit . "readOnly") | toYaml | nindent 2 }}
  {{- else if not (hasPrefix (printf "%s/" $home) .mountPath) }}
  {{- list . | toYaml | nindent 2 }}
  {{- end }}
  {{- end }}
  - name: dask-seed
    mountPath: /etc/dask-helm/seed
    readOnly: true
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
