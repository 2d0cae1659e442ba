{{- /*
A Deployment of one component. Input: root, component, pool (workers only), values (the component's,
merged), config (the text of its own ConfigMap), and the rest as for dask.podSpec.
*/ -}}
{{- define "dask.deployment" -}}
{{- $checksums := include "dask.checksums" . | mustFromJson -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "dask.metadata" (dict "root" .root "component" .component "pool" .pool "labels" .values.labels "annotations" .values.annotations "ownAnnotations" (include "dask.replicasAnnotation" . | mustFromJson)) | nindent 2 }}
spec:
  {{- with include "dask.replicas" . }}
  replicas: {{ . }}
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

{{- /*
The number of pods: that of the values, unless somebody scaled the Deployment since the values said the
same number. So `helm upgrade` keeps the size that kubectl, an autoscaler or HelmCluster gave a pool,
and does not conflict with them over it. Without a cluster `lookup` finds nothing.
*/ -}}
{{- define "dask.replicas" -}}
{{- if not (kindIs "invalid" .values.replicas) -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "dask.componentName" .) | default dict -}}
{{- $number := get (get ($live.metadata | default dict) "annotations" | default dict) "dask-helm/replicas" -}}
{{- if eq $number (.values.replicas | int | toString) -}}
{{- $live.spec.replicas | int -}}
{{- else -}}
{{- .values.replicas | int -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Tells the next upgrade what the values said. Prints JSON. */ -}}
{{- define "dask.replicasAnnotation" -}}
{{- kindIs "invalid" .values.replicas | ternary dict (dict "dask-helm/replicas" (.values.replicas | int | toString)) | toJson -}}
{{- end -}}

{{- /* Pods read their ConfigMaps only when they start, so a change must restart them. Prints JSON. */ -}}
{{- define "dask.checksums" -}}
{{- $checksums := dict -}}
{{- with (.root.Values.dask | default dict).config }}{{ $_ := toYaml . | sha256sum | set $checksums "checksum/config" }}{{ end -}}
{{- with .config }}{{ $_ := sha256sum . | set $checksums (printf "checksum/%s" $.component) }}{{ end -}}
{{- toJson $checksums -}}
{{- end -}}
