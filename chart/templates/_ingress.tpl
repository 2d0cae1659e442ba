{{- /* An Ingress to one port of a component's Service. Input: root, component, ingress (its values), path, port. */ -}}
{{- define "dask.ingress" -}}
{{- $rule := dict "http" (dict "paths" (list (dict
    "path" (.path | default "/")
    "pathType" (.ingress.pathType | default "Prefix")
    "backend" (dict "service" (dict "name" (include "dask.componentName" .) "port" (dict "name" .port)))))) -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "dask.metadata" (dict "root" .root "component" .component "labels" .ingress.labels "annotations" .ingress.annotations) | nindent 2 }}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- with .ingress.tls }}
  tls:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    {{- range .ingress.hosts }}
    {{- list (merge (dict "host" .) $rule) | toYaml | nindent 4 }}
    {{- else }}
    {{- list $rule | toYaml | nindent 4 }}
    {{- end }}
{{- end -}}
