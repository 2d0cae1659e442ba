{{- /* A text as one word of a shell, without control characters, which terminals would follow. */ -}}
{{- define "dask.notes.word" -}}
{{- $text := regexReplaceAll "[[:cntrl:]]" . "?" -}}
{{- if regexMatch `^[A-Za-z0-9_./:@%+=,-]+$` $text -}}
{{- $text -}}
{{- else -}}
'{{ replace "'" `'\''` $text }}'
{{- end -}}
{{- end -}}

{{- /* The URLs of an Ingress. Input: ingress (its values), path. */ -}}
{{- define "dask.notes.ingress" -}}
{{- $ingress := .ingress | default dict -}}
{{- $path := .path -}}
{{- if $ingress.enabled }}
{{- range $ingress.hosts }}
  {{ printf "%s://%s%s" ($ingress.tls | empty | ternary "http" "https") . $path | include "dask.notes.word" }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Warnings about valid values that are probably a mistake, one paragraph each. */ -}}
{{- define "dask.notes.warnings" -}}
{{- include "dask.notes.openService" (dict "component" "scheduler" "values" .Values.scheduler "harm" "Anyone who can reach the scheduler can run code in the cluster.") }}
{{- include "dask.notes.openService" (dict "component" "jupyter" "values" .Values.jupyter "harm" "Only the login protects Jupyter.") }}
{{- if and .Values.jupyter.enabled (include "dask.jupyter.isTemporary" .) }}

WARNING: notebooks are lost when Jupyter's pod stops. To keep them, write:
  jupyter:
    persistence:
      enabled: true
{{- end }}
{{- $packages := .Values.extraPackages | default dict }}
{{- $context := (.Values.podDefaults | default dict).podSecurityContext | default dict }}
{{- if and (or $packages.conda $packages.apt) $context.runAsNonRoot }}

WARNING: extraPackages.conda needs an image in which the pods' user can write to the conda prefix, and extraPackages.apt needs root. These pods run as a non-root user. Use extraPackages.pip or your own image instead.
{{- end }}
{{- $stock := list "ghcr.io/dask/dask" "ghcr.io/dask/dask-notebook" }}
{{- $notebook := (.Values.jupyter.image | default dict).repository }}
{{- if and .Values.jupyter.enabled $notebook (ne $notebook .Values.image.repository) (not (has .Values.image.repository $stock)) }}

WARNING: Jupyter runs {{ include "dask.notes.word" $notebook }} and the cluster runs {{ include "dask.notes.word" .Values.image.repository }}. Results and functions travel between them, so both images should contain the same packages. If your image contains Jupyter, set `jupyter: {image: {repository: null}}`.
{{- end }}
{{- range $pool, $values := include "dask.pools" .Values | mustFromJson }}
{{- if and $values.drain.enabled ($values.lifecycle | default dict).preStop }}

WARNING: the preStop hook of the pool {{ $pool }} replaces the chart's hook that drains workers before they stop. To run both, end your hook with `sh /etc/dask-helm/files/drain.sh`.
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.notes.openService" -}}
{{- $service := .values.service | default dict }}
{{- if and .values.enabled (eq ($service.type | default "ClusterIP") "LoadBalancer") (not $service.loadBalancerSourceRanges) }}

WARNING: the {{ .component }} Service is a LoadBalancer that is open to everyone who can reach its address. {{ .harm }} Write:
  {{ .component }}:
    service:
      loadBalancerSourceRanges: [203.0.113.0/24]
{{- end }}
{{- end -}}
