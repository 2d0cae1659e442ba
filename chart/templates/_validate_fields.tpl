{{- /* Rules for values that become part of a name, an address or an argument; see _validate.tpl. */ -}}

{{- define "dask.addressPattern" -}}
^(tcp|tls|ws|wss|ucx|ucxx)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]+/?$
{{- end -}}

{{- /* Repeats the schema's patterns, because the schema can be skipped. */ -}}
{{- define "dask.validate.fields" -}}
{{- $name := `^[a-z]([-a-z0-9]{0,33}[a-z0-9])?$` -}}
{{- $prefix := `^/?([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*$` -}}
{{- $quantity := include "dask.quantityPattern" . -}}
{{- $fields := dict
    "nameOverride" (list .Values.nameOverride $name "at most 35 lower-case letters, digits and dashes, beginning with a letter")
    "fullnameOverride" (list .Values.fullnameOverride $name "at most 35 lower-case letters, digits and dashes, beginning with a letter")
    "scheduler.address" (list .Values.scheduler.address (include "dask.addressPattern" .) "an address such as tcp://SERVICE.NAMESPACE.svc:8786")
    "scheduler.dashboard.prefix" (list (.Values.scheduler.dashboard | default dict).prefix $prefix "a path such as /dask")
    "jupyter.prefix" (list .Values.jupyter.prefix $prefix "a path such as /jupyter")
    "workerDefaults.memoryLimit" (list .Values.workerDefaults.memoryLimit (printf "^auto$|%s" $quantity) "a quantity such as 3Gi, or auto") -}}
{{- range $pool, $values := .Values.workers }}
{{- with $values }}{{ $_ := set $fields (printf "workers.%s.memoryLimit" $pool) (list .memoryLimit (printf "^auto$|%s" $quantity) "a quantity such as 3Gi, or auto") }}{{ end }}
{{- end }}
{{- range $path, $field := $fields }}
{{- $text := first $field | default "" | toString }}
{{- if and $text (not (regexMatch (index $field 1) $text)) }}
- {{ printf "%s is %s. Write %s." $path (trunc 70 $text | quote) (last $field) | quote }}
{{- end }}
{{- end }}
{{- range $key, $subjects := pick (.Values.rbac | default dict) "subjects" "viewers" }}
{{- range $index, $subject := $subjects }}
{{- if not (has $subject.kind (list "ServiceAccount" "User" "Group")) }}
- {{ printf "rbac.%s[%d].kind is %s. Write ServiceAccount, User or Group." $key $index (toString $subject.kind | trunc 70 | quote) | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Dask reads them from one argument, NAME=AMOUNT,NAME=AMOUNT. */ -}}
{{- define "dask.validate.daskResources" -}}
{{- $places := dict "workerDefaults" .Values.workerDefaults -}}
{{- range $pool, $values := .Values.workers }}{{ $_ := set $places (printf "workers.%s" $pool) $values }}{{ end -}}
{{- range $path, $values := $places }}
{{- range $name, $amount := ($values | default dict).daskResources }}
{{- if or (eq $name "") (regexMatch `[\s=,]` $name) }}
- {{ printf "%s.daskResources.%s is not a name that Dask can read. Write a name without spaces, commas and equals signs." $path (quote $name) | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
