{{- /*
Workers that leave hand over what they hold: files/drain.sh as preStop hook. What the pool says itself
about the hook or the grace period wins. Input of all: root, values (the pool's, merged).
*/ -}}

{{- /* The grace period: 20 s more than the tasks have for the last results, and 10 s to stop. */ -}}
{{- define "dask.drain.gracePeriod" -}}
{{- $own := .values.terminationGracePeriodSeconds -}}
{{- kindIs "invalid" $own | ternary (add .values.drain.timeout 30) $own | int -}}
{{- end -}}

{{- /* What it changes in the pool's values. */ -}}
{{- define "dask.drain.values" -}}
{{- if .values.drain.enabled -}}
lifecycle:
  {{- include "dask.drain.lifecycle" . | trim | nindent 2 }}
terminationGracePeriodSeconds: {{ include "dask.drain.gracePeriod" . }}
{{- end -}}
{{- end -}}

{{- /* The pool's own hooks, and ours unless it says something about preStop; null says none. */ -}}
{{- define "dask.drain.lifecycle" -}}
{{- $hooks := .values.lifecycle | default dict -}}
{{- if not (hasKey $hooks "preStop") -}}
preStop:
  exec:
    command: [sh, /etc/dask-helm/files/drain.sh]
{{- end }}
{{- range $name, $hook := $hooks }}
{{- if not (kindIs "invalid" $hook) }}
{{ $name }}: {{ toRawJson $hook }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What the script has to know, beside POD_NAME. */ -}}
{{- define "dask.drain.env" -}}
{{- $drain := .values.drain -}}
{{- if $drain.enabled -}}
- name: DASK_SCHEDULER_ADDRESS
  value: {{ include "dask.schedulerAddress" .root | quote }}
- name: DRAIN_TIMEOUT
  value: {{ $drain.timeout | int | quote }}
- name: DRAIN_REPLACEMENT_TIMEOUT
  value: {{ $drain.replacementTimeout | int | quote }}
- name: DRAIN_GRACE_PERIOD
  value: {{ include "dask.drain.gracePeriod" . | quote }}
{{- end }}
{{- end -}}
