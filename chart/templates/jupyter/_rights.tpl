{{- /*
What HelmCluster needs: to find, reach, watch and scale; nothing outside of the namespace, no Secrets.
A port-forward over a websocket counts as get, and as create from Kubernetes 1.35.
*/ -}}
{{- define "dask.jupyter.rules" -}}
- apiGroups: [""]
  resources: [services]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments/scale]
  verbs: [get, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch]
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
