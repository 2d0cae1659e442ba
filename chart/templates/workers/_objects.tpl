{{- /* The objects of one pool. Input of all: root, component, pool (its name), values (the pool's, merged). */ -}}

{{- define "dask.worker.deployment" -}}
{{- $values := omit .values -}}{{- /* a copy */ -}}
{{- range $key, $value := include "dask.drain.values" . | fromYaml }}{{ $_ := set $values $key $value }}{{ end -}}
{{- include "dask.deployment" (dict
    "root" .root
    "component" .component
    "pool" .pool
    "values" $values
    "image" (include "dask.imageValues" . | fromYaml)
    "args" (include "dask.worker.args" . | fromYamlArray)
    "env" (include "dask.worker.env" . | fromYamlArray)
    "ports" (include "dask.worker.ports" . | fromYamlArray | include "dask.containerPorts" | fromYamlArray)
    "resources" (include "dask.worker.resources" . | fromYaml)
    "health" (dict "path" "/health" "port" "http-dashboard")
    "volumes" (include "dask.worker.volumes" . | fromYamlArray)
    "mounts" (include "dask.worker.mounts" . | fromYamlArray)
  ) -}}
{{- end -}}

{{- /* Headless: it gives the pods of the pool DNS records, and selectors to whatever watches them. */ -}}
{{- define "dask.worker.service" -}}
{{- include "dask.service" (dict
    "root" .root
    "component" .component
    "pool" .pool
    "service" (include "dask.overlay" (list .values.service (dict "clusterIP" "None")) | fromYaml)
    "ports" (include "dask.worker.ports" . | fromYamlArray)
  ) -}}
{{- end -}}
