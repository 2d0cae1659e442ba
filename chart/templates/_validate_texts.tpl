{{- /* Rules for texts and keys; see _validate.tpl. They hold also when the schema is skipped. */ -}}

{{- /*
Texts that do not arrive in the manifests as they are: YAML cannot represent some characters, reads the key
<< as an instruction and limits the length of keys; Helm removes <no value> and, like these templates, empty
lines at the end. With one of them, toYaml returns another text or none at all. Most values have none, which
one look at all of them as JSON shows.
*/ -}}
{{- define "dask.validate.texts" -}}
{{- if regexMatch `\\.[^"\\]*":|"[^"]{500,}":|[\x7f-\x{9f}\x{fffe}\x{ffff}]|\\u202[89]|\\u003cno value|(\\n|")\\n"|"(=|\\u003c\\u003c)"` (toJson .Values) -}}
{{- include "dask.validate.textsIn" (dict "path" "" "value" .Values) -}}
{{- end -}}
{{- end -}}

{{- define "dask.validate.textsIn" -}}
{{- $unreadable := `[\x7f-\x{9f}\x{2028}\x{2029}\x{fffe}\x{ffff}]|<no value>|(^|\n)\n$` -}}
{{- /* Python reads Dask's configuration, and takes these words for instructions of YAML 1.1. */ -}}
{{- if hasPrefix "dask.config" .path }}{{ $unreadable = printf `%s|^(=|<<)$` $unreadable }}{{ end -}}
{{- $path := .path -}}
{{- if kindIs "map" .value }}
{{- range $key, $value := .value }}
{{- if or (eq $key "<<") (gt (len (toJson $key)) 500) (regexMatch "[[:cntrl:]]" $key) (regexMatch $unreadable $key) }}
- {{ printf "%s is a key that YAML does not keep. Write a key of at most 498 printable characters other than <<." (printf "%s.%s" $path (trunc 60 $key | quote) | trimPrefix ".") | quote }}
{{- else }}
{{- include "dask.validate.textsIn" (dict "path" (printf "%s.%s" $path $key | trimPrefix ".") "value" $value) }}
{{- end }}
{{- end }}
{{- else if kindIs "slice" .value }}
{{- range $index, $value := .value }}
{{- include "dask.validate.textsIn" (dict "path" (printf "%s[%d]" $path $index) "value" $value) }}
{{- end }}
{{- else if kindIs "string" .value }}
{{- if regexMatch $unreadable .value }}
- {{ printf "%s is %s, which contains %s. YAML or Helm does not keep it; write another text." $path (trunc 60 .value | quote) (regexFind $unreadable .value | quote) | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The maps of labels and annotations, which Kubernetes checks only when objects are created. */ -}}
{{- define "dask.validate.metadata" -}}
{{- $places := dict
    "podDefaults" .Values.podDefaults
    "scheduler" .Values.scheduler
    "scheduler.service" .Values.scheduler.service
    "scheduler.dashboard.ingress" (.Values.scheduler.dashboard | default dict).ingress
    "workerDefaults" .Values.workerDefaults
    "workerDefaults.service" .Values.workerDefaults.service
    "jupyter" .Values.jupyter
    "jupyter.service" .Values.jupyter.service
    "jupyter.ingress" .Values.jupyter.ingress
    "jupyter.persistence" .Values.jupyter.persistence
    "test" .Values.test -}}
{{- range $pool, $values := .Values.workers }}
{{- if $values }}{{ $_ := set $places (printf "workers.%s" $pool) $values }}{{ $_ := set $places (printf "workers.%s.service" $pool) $values.service }}{{ end }}
{{- end }}
{{- include "dask.validate.labels" (list "commonLabels" .Values.commonLabels) }}
{{- include "dask.validate.annotations" (list "commonAnnotations" .Values.commonAnnotations) }}
{{- range $path, $values := $places }}
{{- range $key, $labels := pick ($values | default dict) "labels" "podLabels" "nodeSelector" }}
{{- include "dask.validate.labels" (list (printf "%s.%s" $path $key) $labels) }}
{{- end }}
{{- range $key, $annotations := pick ($values | default dict) "annotations" "podAnnotations" }}
{{- include "dask.validate.annotations" (list (printf "%s.%s" $path $key) $annotations) }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Input: a list of the path and the map. */ -}}
{{- define "dask.validate.labels" -}}
{{- $path := first . -}}
{{- range $key, $value := last . }}
{{- include "dask.validate.metadataKey" (list $path $key $key) }}
{{- if not (or (kindIs "invalid" $value) (regexMatch `^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$` (toString $value))) }}
- |-
  {{ $path }}.{{ $key }} is {{ toString $value | trunc 70 | quote }}, which is not a valid label value. Write at most 63 letters, digits, "-", "_" and "." that begin and end with a letter or digit.
{{- end }}
{{- end }}
{{- end -}}

{{- /* In the keys of annotations, Kubernetes ignores the case of the prefix. Input: a list of the path and the map. */ -}}
{{- define "dask.validate.annotations" -}}
{{- $path := first . -}}
{{- range $key, $value := last . }}{{ include "dask.validate.metadataKey" (list $path $key (lower $key)) }}{{ end }}
{{- end -}}

{{- /* Input: a list of the path of the map, the key, and the key as Kubernetes checks it. */ -}}
{{- define "dask.validate.metadataKey" -}}
{{- $label := `[a-z0-9]([-a-z0-9]*[a-z0-9])?` -}}
{{- $pattern := printf `^(%s(\.%s)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$` $label $label -}}
{{- $prefix := splitList "/" (last .) | initial | join "/" -}}
{{- if or (gt (len $prefix) 253) (not (regexMatch $pattern (last .))) }}
- |-
  {{ first . }}.{{ index . 1 | quote }} is not a valid key of a label or an annotation. Write a name of at most 63 letters, digits, "-", "_" and "." that begins and ends with a letter or digit, optionally with a DNS name and "/" before it: example.com/name
{{- end }}
{{- end -}}
