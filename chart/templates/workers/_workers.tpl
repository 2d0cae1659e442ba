{{- /* Input of all: root, pool (its name), values (the pool's, merged). */ -}}

{{- /* One port, or a range with one for each process. Input: a list of first port and processes. */ -}}
{{- define "dask.worker.portRange" -}}
{{- $first := first . | int -}}
{{- $count := last . | int -}}
{{- if eq $count 1 }}{{ $first }}{{ else }}{{ printf "%d:%d" $first (add $first $count -1) }}{{ end -}}
{{- end -}}

{{- /* The files that the nannies load; the last one waits for the scheduler. */ -}}
{{- define "dask.worker.preloads" -}}
{{- if .values.drain.enabled }}
- /etc/dask-helm/files/dask_helm_handover.py
{{- end }}
{{- if gt (include "dask.worker.processes" . | int) 1 }}
- /etc/dask-helm/files/dask_helm_ports.py
{{- end }}
- /etc/dask-helm/files/dask_helm_restart.py
{{- end -}}

{{- /* Those that the user configures, which the environment would replace. */ -}}
{{- define "dask.worker.ownPreloads" -}}
{{- $found := (.root.Values.dask | default dict).config -}}
{{- range list "distributed" "nanny" "preload" -}}
{{- if kindIs "map" $found }}{{ $found = get $found . }}{{ else }}{{ $found = "" }}{{ end -}}
{{- end -}}
{{- kindIs "slice" $found | ternary $found (compact (list $found)) | toJson -}}
{{- end -}}

{{- define "dask.worker.args" -}}
{{- $processes := include "dask.worker.processes" . | int -}}
- dask
{{- if eq .values.type "gpu" }}
- cuda
- worker
{{- else }}
- worker
- --nworkers={{ $processes }}
- --nanny-port={{ include "dask.worker.portRange" (list 9100 $processes) }}
{{- range include "dask.worker.preloads" . | include "dask.parsed" | mustFromJson }}
- --preload-nanny={{ . }}
{{- end }}
{{- end }}
- {{ include "dask.schedulerAddress" .root | quote }}
- --name=$(POD_NAME)
- --worker-port={{ include "dask.worker.portRange" (list 9000 $processes) }}
- --dashboard-address=:8790
- --{{ if not .values.dashboard }}no-{{ end }}dashboard
- --local-directory=/scratch
{{- with include "dask.worker.threads" . }}
- --nthreads={{ . }}
{{- end }}
{{- with include "dask.worker.memoryLimit" . }}
- --memory-limit={{ . }}
{{- end }}
{{- with .values.deathTimeout }}
- --death-timeout={{ . | int }}
{{- end }}
{{- with include "dask.worker.daskResources" . }}
- {{ printf "--resources=%s" . | quote }}
{{- end }}
{{- end -}}

{{- define "dask.worker.env" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{ include "dask.drain.env" . }}
{{- /* `dask cuda worker` has no option for it, and `dask worker` ignores the configuration. */}}
{{- if eq .values.type "gpu" }}
{{- $preloads := include "dask.worker.preloads" . | include "dask.parsed" | mustFromJson }}
- name: DASK_DISTRIBUTED__NANNY__PRELOAD
  value: {{ concat (include "dask.worker.ownPreloads" . | mustFromJson) $preloads | toJson | quote }}
{{- end }}
{{- end -}}

{{- /* The ports of all processes; the first has the plain names. */ -}}
{{- define "dask.worker.ports" -}}
{{- range $index := until (include "dask.worker.processes" . | int) -}}
{{- $suffix := gt $index 0 | ternary (printf "-%d" $index) "" -}}
- name: tcp-comm{{ $suffix }}
  port: {{ add 9000 $index }}
- name: tcp-nanny{{ $suffix }}
  port: {{ add 9100 $index }}
- name: {{ $suffix | empty | ternary "http-dashboard" (printf "http%s" $suffix) }}
  port: {{ add 8790 $index }}
{{ end -}}
{{- end -}}

{{- define "dask.worker.volumes" -}}
{{ list (include "dask.overlay" (list (dict "name" "dask-scratch") (.values.scratch | default (dict "emptyDir" dict))) | mustFromJson) | toYaml }}
- name: dask-files
  configMap:
    name: {{ include "dask.componentName" (dict "root" .root "component" "files") | quote }}
{{- end -}}

{{- define "dask.worker.mounts" -}}
- name: dask-scratch
  mountPath: /scratch
- name: dask-files
  mountPath: /etc/dask-helm/files
  readOnly: true
{{- end -}}
