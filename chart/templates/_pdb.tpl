{{- /* A PodDisruptionBudget for one component's pods. Input: root, component, pool, values (the component's). */ -}}
{{- define "dask.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "dask.metadata" . | nindent 2 }}
spec:
  {{- range $key, $value := .values.podDisruptionBudget }}
  {{- if not (kindIs "invalid" $value) }}
  {{- dict $key $value | toYaml | nindent 2 }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "dask.selectorLabels" . | nindent 6 }}
{{- end -}}
