{{- define "dask.jupyter.args" -}}
- jupyter
- lab
- --ip=0.0.0.0
- --port=8888
- --no-browser
- --ServerApp.base_url={{ include "dask.path" .Values.jupyter.prefix }}/
- --ServerApp.root_dir=/home/dask
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

{{- define "dask.jupyter.ports" -}}
- name: http
  port: 8888
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
{{- $values := include "dask.overlay" (list $defaults .Values.jupyter) | fromYaml | omit -}}{{- /* a copy */ -}}
{{- $own := include "dask.componentName" (dict "root" . "component" "jupyter") -}}
{{- if $rbac }}{{ $_ := set $values "serviceAccountName" ($values.serviceAccountName | default $own) }}{{ end -}}
{{- $values | toYaml -}}
{{- end -}}
