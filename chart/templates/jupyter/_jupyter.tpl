{{- /* Jupyter accepts a flag only once, so the chart's own flags give way to those of extraArgs. */ -}}
{{- define "dask.jupyter.args" -}}
{{- $own := .Values.jupyter.extraArgs | default list | join "\n" -}}
- jupyter
- lab
{{- if not (regexMatch `(?m)^--((Server|Notebook)App\.)?ip(=|$)` $own) }}
- {{ .Values.jupyter.ip | default "0.0.0.0" | printf "--ip=%s" | quote }}
{{- end }}
- --port={{ include "dask.jupyter.port" . }}
- --no-browser
- --ServerApp.base_url={{ include "dask.path" .Values.jupyter.prefix }}/
{{- if not (regexMatch `(?m)^--((Server|Notebook)App\.(root_dir|notebook_dir)|notebook-dir)(=|$)` $own) }}
- {{ .Values.jupyter.rootDir | default "/home/dask" | printf "--ServerApp.root_dir=%s" | quote }}
{{- end }}
{{- end -}}

{{- /* Without a token of ours Jupyter makes a random one of its own. */ -}}
{{- define "dask.jupyter.env" -}}
- name: DASK_SCHEDULER_ADDRESS
  value: {{ include "dask.schedulerAddress" . | quote }}
{{- with .Values.jupyter.existingSecret }}
- name: JUPYTER_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . | quote }}
      key: {{ $.Values.jupyter.existingSecretKey | default "token" | quote }}
{{- end }}
{{- end -}}

{{- define "dask.jupyter.port" -}}
{{- .Values.jupyter.port | default 8888 | int -}}
{{- end -}}

{{- define "dask.jupyter.ports" -}}
- name: http
  port: {{ include "dask.jupyter.port" . }}
{{- end -}}

{{- /* The claim that holds the home directory, or nothing. */ -}}
{{- define "dask.jupyter.claim" -}}
{{- $persistence := .Values.jupyter.persistence | default dict -}}
{{- if $persistence.enabled -}}
{{- $persistence.existingClaim | default (include "dask.componentName" (dict "root" . "component" "jupyter")) -}}
{{- end -}}
{{- end -}}

{{- define "dask.jupyter.volumes" -}}
{{- with include "dask.jupyter.claim" . }}
- name: dask-home
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- end -}}

{{- /* Jupyter's values; with rbac.create its pod has an account with rights, and a token of it. */ -}}
{{- define "dask.jupyter.values" -}}
{{- $rbac := (.Values.rbac | default dict).create -}}
{{- $token := dict -}}
{{- if $rbac }}{{ $token = dict "automountServiceAccountToken" true }}{{ end -}}
{{- $defaults := include "dask.overlay" (list .Values.podDefaults $token) | fromYaml -}}
{{- $values := include "dask.overlay" (list $defaults .Values.jupyter) | fromYaml -}}
{{- $own := include "dask.componentName" (dict "root" . "component" "jupyter") -}}
{{- if $rbac }}{{ $_ := set $values "serviceAccountName" ($values.serviceAccountName | default $own) }}{{ end -}}
{{- $values | toYaml -}}
{{- end -}}
