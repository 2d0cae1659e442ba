{{- /*
A list of environment variables in which each name stands once: the last one wins. Order is kept, for
$(NAME) refers to earlier ones. Input: the list.
*/ -}}
{{- define "dask.env" -}}
{{- $last := dict -}}
{{- range $index, $variable := . }}{{ $_ := set $last $variable.name $index }}{{ end -}}
{{- range $index, $variable := . }}
{{- if eq (get $last $variable.name) $index }}
- {{ toYaml $variable | indent 2 | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What every component's container has. Input: the root context. */ -}}
{{- define "dask.commonEnv" -}}
- name: HOME
  value: /home/dask
{{- /* Python's getpass and others fail for a user number without a name. */}}
- name: USER
  value: dask
- name: LOGNAME
  value: dask
{{- if (.Values.dask | default dict).config }}
- name: DASK_CONFIG
  value: /etc/dask-helm/config
{{- end }}
{{- range $manager, $packages := .Values.extraPackages }}
{{- if $packages }}
- name: {{ printf "EXTRA_%s_PACKAGES" (upper $manager) }}
  value: {{ join " " $packages | quote }}
{{- end }}
{{- end }}
{{- end -}}
