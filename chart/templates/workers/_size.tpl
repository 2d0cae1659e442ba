{{- /* How big a worker is. Input of all: values (the pool's, merged). */ -}}

{{- /* How many worker processes a pod runs. */ -}}
{{- define "dask.worker.processes" -}}
{{- if eq .values.type "gpu" -}}
{{- (.values.gpu | default dict).count | default 1 | int -}}
{{- else -}}
{{- .values.processes | default 1 | int -}}
{{- end -}}
{{- end -}}

{{- /* Threads of a process; nothing when Dask is to find out by itself. */ -}}
{{- define "dask.worker.threads" -}}
{{- $cpu := include "dask.resourceAmount" (list .values.resources "cpu") -}}
{{- if .values.threads -}}
{{- .values.threads | int -}}
{{- else if eq .values.type "gpu" -}}
1
{{- else if $cpu -}}
{{- include "dask.wholeShare" (list $cpu 1 (include "dask.worker.processes" .)) | int | max 1 -}}
{{- end -}}
{{- end -}}

{{- /* Bytes a process may use, `auto`, or nothing when Dask is to find out by itself. */ -}}
{{- define "dask.worker.memoryLimit" -}}
{{- $memory := include "dask.resourceAmount" (list .values.resources "memory") -}}
{{- $explicit := .values.memoryLimit | toString -}}
{{- if eq $explicit "auto" -}}
auto
{{- else if not (has $explicit (list "" "<nil>")) -}}
{{- include "dask.wholeShare" (list $explicit 1 1) -}}
{{- else if $memory -}}
{{- include "dask.wholeShare" (list $memory (.values.memoryLimitFraction | default 1.0) (include "dask.worker.processes" .)) -}}
{{- end -}}
{{- end -}}

{{- define "dask.worker.daskResources" -}}
{{- $resources := list -}}
{{- range $name, $amount := .values.daskResources -}}
{{- if not (kindIs "invalid" $amount) }}{{ $resources = append $resources (printf "%s=%v" $name $amount) }}{{ end -}}
{{- end -}}
{{- join "," $resources -}}
{{- end -}}

{{- /* The pool's resources; a gpu pod asks for its GPUs, limit and request alike. */ -}}
{{- define "dask.worker.resources" -}}
{{- $resources := .values.resources | default dict -}}
{{- if eq .values.type "gpu" -}}
{{- $gpu := .values.gpu | default dict -}}
{{- $gpus := dict ($gpu.resource | default "") ($gpu.count | int) -}}
{{- $resources = include "dask.overlay" (list $resources (dict
    "limits" (include "dask.overlay" (list ($resources.limits | default dict) $gpus) | mustFromJson)
    "requests" (include "dask.overlay" (list ($resources.requests | default dict) $gpus) | mustFromJson))) | mustFromJson -}}
{{- end -}}
{{- toJson $resources -}}
{{- end -}}
