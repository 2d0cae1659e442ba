{{- /*
A Service in front of one component's pods. Input: root, component, pool, service (its values), ports (a
list of name and port). Keys of the values that are not the chart's own are fields of the ServiceSpec.
*/ -}}
{{- define "dask.service" -}}
{{- $own := list "enabled" "annotations" "labels" "nodePorts" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "dask.metadata" (dict "root" .root "component" .component "pool" .pool "labels" .service.labels "annotations" .service.annotations) | nindent 2 }}
spec:
  {{- range $key, $value := .service }}
  {{- if and (not (has $key $own)) (not (kindIs "invalid" $value)) }}
  {{- dict $key $value | toYaml | nindent 2 }}
  {{- end }}
  {{- end }}
  selector:
    {{- include "dask.selectorLabels" . | nindent 4 }}
  ports:
    {{- $nodePorts := .service.nodePorts | default dict }}
    {{- range .ports }}
    - name: {{ .name }}
      port: {{ .port }}
      targetPort: {{ .name }}
      protocol: TCP
      {{- with get $nodePorts .name }}
      nodePort: {{ . | int }}
      {{- end }}
    {{- end }}
{{- end -}}
