{{- /*
One map over another, key by key: what the second holds wins, also 0, false, "", [] and null. Sprig's
own merge functions let such values lose. Maps of the chart's own are merged inside as well; objects of
Kubernetes are replaced whole. Input: a list of the two maps. Prints JSON, which represents every text.
*/ -}}
{{- define "dask.overlay" -}}
{{- $mergedInside := list "image" "gpu" "drain" "service" "labels" "annotations" "podLabels" "podAnnotations" -}}
{{- $merged := first . | default dict | deepCopy -}}
{{- range $key, $value := last . -}}
{{- if and (kindIs "map" $value) (has $key $mergedInside) (kindIs "map" (get $merged $key)) -}}
{{- $_ := set $merged $key (include "dask.overlay" (list (get $merged $key) $value) | mustFromJson) -}}
{{- else -}}
{{- $_ := set $merged $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $merged -}}
{{- end -}}

{{- /* The values of scheduler or jupyter over podDefaults, as JSON. Input: a list of root and component. */ -}}
{{- define "dask.componentValues" -}}
{{- $root := first . -}}
{{- include "dask.overlay" (list $root.Values.podDefaults (get $root.Values (last .))) -}}
{{- end -}}

{{- /*
The pools by name, each with its values over workerDefaults over podDefaults, and its drain over
the top-level drain. A pool that is null is none. Input: the values. Prints JSON.
*/ -}}
{{- define "dask.pools" -}}
{{- $defaults := include "dask.overlay" (list .podDefaults .workerDefaults) | mustFromJson -}}
{{- $_ := set $defaults "drain" (include "dask.overlay" (list .drain $defaults.drain) | mustFromJson) -}}
{{- $pools := dict -}}
{{- range $name, $pool := .workers -}}
{{- if not (kindIs "invalid" $pool) -}}
{{- $_ := set $pools $name (include "dask.overlay" (list $defaults $pool) | mustFromJson) -}}
{{- end -}}
{{- end -}}
{{- toJson $pools -}}
{{- end -}}

{{- /* The names of the pools that are not null, as JSON. Input: the values. */ -}}
{{- define "dask.poolNames" -}}
{{- $names := list -}}
{{- range $name, $pool := .workers -}}
{{- if not (kindIs "invalid" $pool) }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}
