{{- /*
A Deployment of one component. Input: root, component, pool (workers only), values (the component's,
merged), args, env, ports, health, volumes, mounts; see _pod.tpl for the last six.
*/ -}}
{{- define "dask.deployment" -}}
{{- $checksums := include "dask.checksums" .root | fromYaml -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "dask.metadata" (dict "root" .root "component" .component "pool" .pool "labels" .values.labels "annotations" .values.annotations) | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" .values.replicas) }}
  replicas: {{ .values.replicas | int }}
  {{- end }}
  {{- with .values.strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "dask.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- include "dask.podMetadata" (dict "root" .root "component" .component "pool" .pool "values" .values "checksums" $checksums) | nindent 6 }}
    spec:
      {{- include "dask.podSpec" . | trim | nindent 6 }}
{{- end -}}

{{- /* Pods read their ConfigMaps only when they start, so a change must restart them. */ -}}
{{- define "dask.checksums" -}}
{{- with (.Values.dask | default dict).config }}
checksum/config: {{ toYaml . | sha256sum }}
{{- end }}
{{- end -}}
