{{- define "dask.quantityPattern" -}}
^\+?([0-9]+[.]?[0-9]*|[.][0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$
{{- end -}}

{{- /*
A Kubernetes quantity as a plain number. A decimal exponent (1e3) is left to the number's own syntax,
"E" alone is exa. Input: a quantity that dask.quantityPattern matches, string or number.
Source: the grammar in k8s.io/apimachinery/pkg/api/resource.
*/ -}}
{{- define "dask.quantity" -}}
{{- $factors := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
    "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 -}}
{{- $text := toString . | trimPrefix "+" -}}
{{- $suffix := regexFind "([numkMGTPE]|[KMGTPE]i)$" $text -}}
{{- $factor := get $factors $suffix | default 1.0 -}}
{{- mulf (trimSuffix $suffix $text | float64) $factor | printf "%.9f" -}}
{{- end -}}

{{- /* A share of a quantity, rounded down to a whole number. Input: a list of quantity, times and by. */ -}}
{{- define "dask.wholeShare" -}}
{{- $amount := include "dask.quantity" (first .) | float64 -}}
{{- divf (mulf $amount (index . 1)) (last .) | floor | printf "%.0f" -}}
{{- end -}}

{{- /* The limit of a resource, else its request, else nothing. Input: a list of resources and name. */ -}}
{{- define "dask.resourceAmount" -}}
{{- $resources := first . | default dict -}}
{{- $limit := get ($resources.limits | default dict) (last .) -}}
{{- $limit | default (get ($resources.requests | default dict) (last .)) -}}
{{- end -}}
