{{- /*
Workers that leave hand over what they hold: files/drain.py as preStop hook. What the pool says itself
about the hook or the grace period wins. Input of all: root, values (the pool's, merged).
*/ -}}

{{- /* The grace period: the script takes up to 20 s more than the tasks have, then the worker stops. */ -}}
{{- define "dask.drain.seconds" -}}
{{- add .root.Values.drain.timeout 30 -}}
{{- end -}}

{{- /* What it changes in the pool's values. */ -}}
{{- define "dask.drain.values" -}}
{{- if .root.Values.drain.enabled -}}
lifecycle:
  {{- include "dask.drain.lifecycle" . | trim | nindent 2 }}
terminationGracePeriodSeconds: {{ kindIs "invalid" .values.terminationGracePeriodSeconds | ternary (include "dask.drain.seconds" .) .values.terminationGracePeriodSeconds | int }}
{{- end -}}
{{- end -}}

{{- /* The pool's own hooks, and ours unless it says something about preStop; null says none. */ -}}
{{- define "dask.drain.lifecycle" -}}
{{- $hooks := .values.lifecycle | default dict -}}
{{- if not (hasKey $hooks "preStop") -}}
preStop:
  exec:
    command: [python, /etc/dask-helm/files/drain.py]
{{- end }}
{{- range $name, $hook := $hooks }}
{{- if not (kindIs "invalid" $hook) }}
{{ $name }}: {{ toRawJson $hook }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What the script has to know, beside POD_NAME. */ -}}
{{- define "dask.drain.env" -}}
{{- $drain := .root.Values.drain -}}
{{- if $drain.enabled -}}
- name: DASK_SCHEDULER_ADDRESS
  value: {{ include "dask.schedulerAddress" .root | quote }}
- name: DRAIN_TIMEOUT
  value: {{ $drain.timeout | int | quote }}
- name: DRAIN_REPLACEMENT_TIMEOUT
  value: {{ $drain.replacementTimeout | int | quote }}
{{- end }}
{{- end -}}
