{{- /*
A list in which the last item with a key wins, so that the user's replace the chart's. Order is kept,
because in environment variables $(NAME) refers to earlier ones. A slash at the end, as in the path of a
mount, makes no difference. Input: a list of the key and the list.
*/ -}}
{{- define "dask.lastOfEach" -}}
{{- $key := first . -}}
{{- $last := dict -}}
{{- range $index, $item := last . }}{{ $_ := set $last (get $item $key | trimSuffix "/") $index }}{{ end -}}
{{- range $index, $item := last . }}
{{- if eq (get $last (get $item $key | trimSuffix "/")) $index }}
{{ list $item | toYaml }}
{{- end }}
{{- end }}
{{- end -}}

{{- /*
The environment of a component's container: the chart's and the user's. Input: as dask.podSpec, and
withoutPackages, for containers that must not install them.
*/ -}}
{{- define "dask.containerEnv" -}}
{{- $common := include "dask.commonEnv" . | include "dask.parsed" | mustFromJson -}}
{{- include "dask.lastOfEach" (list "name" (concat .env $common (.root.Values.env | default list) (.values.env | default list))) -}}
{{- end -}}

{{- define "dask.envFrom" -}}
{{- with concat (.root.Values.envFrom | default list) (.values.envFrom | default list) }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* What every component's container has. Input: as dask.podSpec. */ -}}
{{- define "dask.commonEnv" -}}
- name: HOME
  value: {{ include "dask.home" . | quote }}
{{- /* Python's getpass and others fail for a user number without a name. */}}
- name: USER
  value: dask
- name: LOGNAME
  value: dask
{{- if (.root.Values.dask | default dict).config }}
- name: DASK_CONFIG
  value: /etc/dask-helm/config
{{- end }}
{{- $packages := .withoutPackages | default false | ternary dict (.root.Values.extraPackages | default dict) }}
{{- range $manager := list "apt" "conda" "pip" }}
{{- with get $packages $manager }}
- name: {{ printf "EXTRA_%s_PACKAGES" (upper $manager) }}
  value: {{ join " " . | quote }}
{{- end }}
{{- end }}
{{- end -}}
