{{- /* The addresses an Ingress gives. Input: ingress (its values), path. */ -}}
{{- define "dask.notes.ingress" -}}
{{- $ingress := .ingress | default dict -}}
{{- $path := .path -}}
{{- if $ingress.enabled }}
{{- range $ingress.hosts }}
  {{ $ingress.tls | empty | ternary "http" "https" }}://{{ . }}{{ $path }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What is legal and yet likely to be regretted; each warning is one paragraph. */ -}}
{{- define "dask.notes.warnings" -}}
{{- include "dask.notes.openService" (dict "component" "scheduler" "values" .Values.scheduler "harm" "Whoever reaches the scheduler can run any code in the cluster.") }}
{{- include "dask.notes.openService" (dict "component" "jupyter" "values" .Values.jupyter "harm" "Only the token protects it.") }}
{{- $packages := .Values.extraPackages | default dict }}
{{- $context := (.Values.podDefaults | default dict).podSecurityContext | default dict }}
{{- if and (or $packages.conda $packages.apt) $context.runAsNonRoot }}

WARNING: extraPackages.conda and extraPackages.apt need an image whose prefix the pods' user may write, or root; these pods run as a non-root user. Prefer extraPackages.pip or an image of your own.
{{- end }}
{{- $stock := list "ghcr.io/dask/dask" "ghcr.io/dask/dask-notebook" }}
{{- $notebook := (.Values.jupyter.image | default dict).repository }}
{{- if and .Values.jupyter.enabled $notebook (ne $notebook .Values.image.repository) (not (has .Values.image.repository $stock)) }}

WARNING: Jupyter runs {{ $notebook }} and the cluster runs {{ .Values.image.repository }}. Results and functions travel between the two, so their packages should be the same. With Jupyter in your image, write `jupyter: {image: {repository: null}}`.
{{- end }}
{{- range $pool, $values := include "dask.pools" .Values | fromYaml }}
{{- if and $.Values.drain.enabled ($values.lifecycle | default dict).preStop }}

WARNING: the preStop hook of the pool {{ $pool }} replaces the one that hands over results and tasks before a worker stops. To have both, let it end with `python /etc/dask-helm/files/drain.py`.
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.notes.openService" -}}
{{- $service := .values.service | default dict }}
{{- if and .values.enabled (eq ($service.type | default "ClusterIP") "LoadBalancer") (not $service.loadBalancerSourceRanges) }}

WARNING: the {{ .component }} Service is a LoadBalancer that is open to everyone who reaches its address. {{ .harm }} Write:
  {{ .component }}:
    service:
      loadBalancerSourceRanges: [203.0.113.0/24]
{{- end }}
{{- end -}}
