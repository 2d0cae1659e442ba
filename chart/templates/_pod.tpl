{{- /*
The specification of a pod with one container of the chart's. Input: root, component, pool, values
(the component's, merged), args, env, ports and mounts and volumes (lists), initContainers (YAML), health
(path and port), home (its path), homeClaim (the claim that holds it), homeSubPath.
*/ -}}
{{- define "dask.podSpec" -}}
{{- $values := .values -}}
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
{{- /* A Service called dask-scheduler would set DASK_SCHEDULER_PORT, which Dask reads as configuration. */}}
enableServiceLinks: false
{{- if not (kindIs "invalid" $values.automountServiceAccountToken) }}
automountServiceAccountToken: {{ $values.automountServiceAccountToken }}
{{- end }}
{{- if not (kindIs "invalid" $values.terminationGracePeriodSeconds) }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds | int }}
{{- end }}
{{- range $key := list "serviceAccountName" "priorityClassName" "runtimeClassName" "schedulerName" }}
{{- with get $values $key }}
{{ $key }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with get $values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- include "dask.spreadConstraints" $ | trim | nindent 2 }}
{{- end }}
{{- with $values.podSpec }}
{{ toYaml . }}
{{- end }}
{{- with $values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or $values.initContainers .initContainers }}
initContainers:
  {{- with $values.initContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .initContainers }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  - {{ include "dask.container" . | indent 4 | trim }}
  {{- with $values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "dask.volumes" . | trim | nindent 2 }}
{{- end -}}

{{- /* Spread constraints; one without a selector is meant for the component's own pods. */ -}}
{{- define "dask.spreadConstraints" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "dask.selectorLabels" . | include "dask.parsed" | mustFromJson)) -}}
{{- range .values.topologySpreadConstraints }}
{{ list (include "dask.overlay" (list $own .) | mustFromJson) | toYaml }}
{{- end }}
{{- end -}}
