{{- /*
Workers that leave hand over what they hold: files/drain.sh as preStop hook. What the pool says itself
about the hook or the grace period wins. Input of all: root, values (the pool's, merged).
*/ -}}

{{- /* The grace period: 20 s more than the tasks have for the last results, and 10 s to stop. */ -}}
{{- define "dask.drain.gracePeriod" -}}
{{- $own := .values.terminationGracePeriodSeconds -}}
{{- kindIs "invalid" $own | ternary (add .values.drain.timeout 30) $own | int -}}
{{- end -}}

{{- /*
What it changes in the pool's values, as JSON: the pool's own hooks stay, and ours is added unless it says
something about preStop; null says none.
*/ -}}
{{- define "dask.drain.values" -}}
{{- $changed := dict -}}
{{- if .values.drain.enabled -}}
{{- $lifecycle := dict "preStop" (dict "exec" (dict "command" (list "sh" "/etc/dask-helm/files/drain.sh"))) -}}
{{- range $name, $hook := .values.lifecycle -}}
{{- if kindIs "invalid" $hook }}{{ $_ := unset $lifecycle $name }}{{ else }}{{ $_ := set $lifecycle $name $hook }}{{ end -}}
{{- end -}}
{{- $changed = dict "lifecycle" $lifecycle "terminationGracePeriodSeconds" (include "dask.drain.gracePeriod" . | int) -}}
{{- end -}}
{{- toJson $changed -}}
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
