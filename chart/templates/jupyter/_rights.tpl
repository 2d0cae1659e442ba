{{- /*
What HelmCluster needs to find, reach and watch a release; nothing outside of the namespace, no Secrets.
A port-forward over a websocket counts as get, and as create from Kubernetes 1.35.
*/ -}}
{{- define "dask.rights.view" -}}
- apiGroups: [""]
  resources: [services]
  {{- /* A scheduler of another release is read by its name. */}}
  verbs: [{{ if not .Values.scheduler.enabled }}get, {{ end }}list]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [""]
  resources: [pods/portforward]
  verbs: [get, create]
- apiGroups: [""]
  resources: [events]
  verbs: [list]
{{- end -}}

{{- /*
What it needs to scale: this release's pools and no other Deployment, and to mark the pods that leave. A
change of a pod's status can set annotations, but no image, unlike a change of the pod.
*/ -}}
{{- define "dask.rights.scale" -}}
{{- with include "dask.poolNames" .Values | mustFromJson }}
- apiGroups: [apps]
  resources: [deployments/scale]
  resourceNames:
    {{- range . }}
    - {{ include "dask.componentName" (dict "root" $ "component" "worker" "pool" .) | quote }}
    {{- end }}
  verbs: [patch]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
{{- end }}
{{- end -}}

{{- /* A Role and its RoleBinding. Input: root, component, rules (text), subjects. */ -}}
{{- define "dask.rights.role" -}}
{{- $metadata := include "dask.metadata" . -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- $metadata | nindent 2 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- $metadata | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "dask.componentName" . }}
subjects:
  {{- range .subjects }}
  - kind: {{ .kind | quote }}
    name: {{ .name | quote }}
    {{- if eq .kind "ServiceAccount" }}
    namespace: {{ .namespace | default $.root.Release.Namespace | quote }}
    {{- else }}
    apiGroup: rbac.authorization.k8s.io
    {{- end }}
  {{- end }}
{{- end -}}
