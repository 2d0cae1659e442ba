{{- /*
The data in a text of YAML, as JSON for mustFromJson. Every template that reads YAML uses it, because
fromYaml returns an error as if it were data, and a part of the manifest would be missing. Input: the text.
*/ -}}
{{- define "dask.parsed" -}}
{{- $document := indent 2 . | printf "data:\n%s\n" | fromYaml -}}
{{- if not (hasKey $document "data") }}{{ fail (printf "A value does not fit into the YAML of the chart: %s" $document.Error) }}{{ end -}}
{{- $document.data | default list | toJson -}}
{{- end -}}
