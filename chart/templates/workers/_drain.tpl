{{- /*
Workers that leave hand over what they hold: files/drain.py as preStop hook. What the pool says itself
about the hook or the grace period wins. Input of all: root, values (the pool's, merged).
*/ -}}

{{- /* The grace period: the script takes up to 20 s more than the tasks have, then the worker stops. */ -}}
{{- define "dask.drain.seconds" -}}
{{- add .root.Values.drain.timeout 30 -}}
{{- end -}}

{{- /* The pool's values with hook and grace period. */ -}}
{{- define "dask.drain.values" -}}
{{- $drain := .root.Values.drain -}}
{{- $values := .values -}}
{{- if $drain.enabled -}}
{{- $hook := dict "preStop" (dict "exec" (dict "command" (list "python" "/etc/dask-helm/files/drain.py"))) -}}
{{- $lifecycle := include "dask.overlay" (list $hook $values.lifecycle) | fromYaml -}}
{{- $lifecycle = ternary (omit $lifecycle "preStop") $lifecycle (kindIs "invalid" $lifecycle.preStop) -}}
{{- $own := dict "lifecycle" $lifecycle -}}
{{- if kindIs "invalid" $values.terminationGracePeriodSeconds -}}
{{- $_ := set $own "terminationGracePeriodSeconds" (include "dask.drain.seconds" . | int) -}}
{{- end -}}
{{- $values = include "dask.overlay" (list $values $own) | fromYaml -}}
{{- end -}}
{{- $values | toYaml -}}
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
