{{- /*
Rules between values that a schema cannot express. Each rule is a template that prints a YAML list of
messages: the error, and after "Write:" the suggested fix. All messages are reported together, except that
other rules see only texts that the first one accepts.
Called from validate.yaml. Input of all rules: the root context.
*/ -}}
{{- define "dask.validate" -}}
{{- $messages := list -}}
{{- $root := . -}}
{{- range $rule := .Values.enabled | ternary (list "texts" "metadata" "fields" "daskResources" "scheduler" "ingresses" "poolNames" "pools" "quantities" "budgets" "nodePorts" "names" "jupyterFlags" "password" "packages" "olderChart") list -}}
{{- if and $messages (eq $rule "metadata") }}{{ break }}{{ end -}}
{{- $messages = include (printf "dask.validate.%s" $rule) $root | include "dask.parsed" | mustFromJson | concat $messages -}}
{{- end -}}
{{- with $messages }}{{ fail (printf "\n\n%s\n" (join "\n\n" .)) }}{{ end -}}
{{- end -}}

{{- define "dask.validate.scheduler" -}}
{{- $scheduler := .Values.scheduler -}}
{{- if $scheduler.enabled }}
{{- include "dask.validate.image" (dict "root" . "path" "scheduler" "image" (include "dask.imageValues" (dict "root" . "values" $scheduler) | mustFromJson)) }}
{{- end }}
{{- if and $scheduler.enabled $scheduler.address }}
- |-
  scheduler.address is set, but scheduler.enabled is true. A release uses either its own scheduler or the one at this address. Write:
    scheduler:
      enabled: false
      address: {{ toYaml $scheduler.address }}
{{- else if not (or $scheduler.enabled $scheduler.address) }}
- |-
  scheduler.enabled is false, but scheduler.address is empty. Workers and Jupyter need the address of a scheduler. Write:
    scheduler:
      enabled: false
      address: tcp://SERVICE.NAMESPACE.svc:8786
{{- end }}
{{- end -}}

{{- define "dask.validate.ingresses" -}}
{{- $dashboard := .Values.scheduler.dashboard | default dict -}}
{{- if and ($dashboard.ingress | default dict).enabled (not .Values.scheduler.enabled) }}
- |-
  scheduler.dashboard.ingress.enabled is true, but scheduler.enabled is false. The Ingress would have no backend. Write:
    scheduler:
      dashboard:
        ingress:
          enabled: false
{{- end }}
{{- if and (.Values.jupyter.ingress | default dict).enabled (not .Values.jupyter.enabled) }}
- |-
  jupyter.ingress.enabled is true, but jupyter.enabled is false. The Ingress would have no backend. Write:
    jupyter:
      ingress:
        enabled: false
{{- end }}
{{- end -}}

{{- define "dask.validate.budgets" -}}
{{- $budgets := dict "scheduler" .Values.scheduler.podDisruptionBudget "workerDefaults" .Values.workerDefaults.podDisruptionBudget -}}
{{- range $pool, $values := .Values.workers }}{{ if $values }}{{ $_ := set $budgets (printf "workers.%s" $pool) $values.podDisruptionBudget }}{{ end }}{{ end -}}
{{- range $path, $budget := $budgets }}
{{- if and $budget (not (kindIs "invalid" ($budget | default dict).minAvailable)) (not (kindIs "invalid" ($budget | default dict).maxUnavailable)) }}
- |-
  {{ $path }}.podDisruptionBudget sets both minAvailable and maxUnavailable, but Kubernetes allows only one of them. Write:
    podDisruptionBudget:
      minAvailable: null
      maxUnavailable: {{ toJson $budget.maxUnavailable }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.validate.nodePorts" -}}
{{- range $component := list "scheduler" "jupyter" }}
{{- $service := (get $.Values $component).service | default dict }}
{{- if and $service.nodePorts (eq ($service.type | default "ClusterIP") "ClusterIP") }}
- |-
  {{ $component }}.service.nodePorts is set, but {{ $component }}.service.type is ClusterIP, which has no node ports. Write:
    {{ $component }}:
      service:
        type: NodePort
{{- end }}
{{- end }}
{{- end -}}

{{- define "dask.validate.names" -}}
{{- if not (or .Values.fullnameOverride (regexMatch "^[a-z]" (include "dask.fullname" .))) }}
- |-
  The release name {{ .Release.Name | quote }} begins with a digit, but the name of a Service must begin with a letter. Write:
    fullnameOverride: dask-{{ include "dask.fullname" . | regexFind "^[a-z0-9-]*" | trunc 30 }}
{{- end }}
{{- end -}}

{{- /* Service and probes follow the values, not the flags. */ -}}
{{- define "dask.validate.jupyterFlags" -}}
{{- range $arg := .Values.jupyter.extraArgs }}
{{- $isPort := regexMatch `^--((Server|Notebook)App\.)?port(=|$)` $arg }}
{{- if or $isPort (regexMatch `^--(Server|Notebook)App\.base_url(=|$)` $arg) }}
{{- $key := $isPort | ternary "port" "prefix" }}
{{- $given := regexFind `=[^=\n]*$` $arg | trimPrefix "=" }}
- |-
  jupyter.extraArgs contains {{ $arg | quote }}, but Service and probes need to know it. Remove it from extraArgs and write:
    jupyter:
      {{ $key }}: {{ $given | default ($isPort | ternary "8889" "/jupyter") }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Hashes other than Argon2 can be tested for the default password of the older chart. */ -}}
{{- define "dask.validate.password" -}}
{{- $form := `^(argon2:\$argon2(d|i|id)\$\S+|sha(1|224|256|384|512):[0-9a-f]+:[0-9a-f]{40,128})$` -}}
{{- if and .Values.jupyter.hashedPassword (not (regexMatch $form .Values.jupyter.hashedPassword)) }}
- |-
  jupyter.hashedPassword is not a hash of Jupyter's. The following command asks for a password and prints its hash: python -c "from jupyter_server.auth import passwd; print(passwd())"
{{- end }}
{{- $hashes := dict "jupyter.hashedPassword" .Values.jupyter.hashedPassword -}}
{{- range $class, $key := dict "PasswordIdentityProvider" "hashed_password" "ServerApp" "password" "NotebookApp" "password" }}
{{- $_ := set $hashes (printf "jupyter.config.%s.%s" $class $key) (get (get ($.Values.jupyter.config | default dict) $class | default dict) $key) }}
{{- end -}}
{{- range $path, $hash := $hashes }}
{{- $parts := splitn ":" 3 ($hash | default "" | toString) }}
{{- $known := printf "dask%s" $parts._1 }}
{{- if has $parts._2 (list (sha1sum $known) (sha256sum $known)) }}
- |-
  {{ $path }} is a hash of the password "dask", which everyone knows as the default of the older dask chart. Remove it: Jupyter then creates a random token at each start.
{{- end }}
{{- end }}
{{- end -}}

{{- /* A variable of the same name would replace extraPackages without a word. */ -}}
{{- define "dask.validate.packages" -}}
{{- $root := . -}}
{{- $lists := dict "env" .Values.env "scheduler.env" .Values.scheduler.env "jupyter.env" .Values.jupyter.env "workerDefaults.env" .Values.workerDefaults.env "test.env" .Values.test.env -}}
{{- range $pool, $values := .Values.workers }}{{ if $values }}{{ $_ := set $lists (printf "workers.%s.env" $pool) $values.env }}{{ end }}{{ end -}}
{{- range $path, $list := $lists }}
{{- range $variable := $list }}
{{- range $manager, $packages := $root.Values.extraPackages }}
{{- if and $packages (eq $variable.name (printf "EXTRA_%s_PACKAGES" (upper $manager))) }}
- |-
  {{ $path }} sets {{ $variable.name }}, which would replace extraPackages.{{ $manager }}. Remove it and write:
    extraPackages:
      {{ $manager }}: {{ concat $packages (splitList " " ($variable.value | default "")) | compact | uniq | toRawJson }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /*
Deployments of the same names that have other selectors, which Kubernetes cannot change: Helm would
change the Services and then fail. Without a cluster `lookup` finds nothing.
*/ -}}
{{- define "dask.validate.olderChart" -}}
{{- $root := . -}}
{{- $names := list -}}
{{- $parts := list (dict "component" "scheduler") (dict "component" "jupyter") -}}
{{- range $pool := include "dask.poolNames" .Values | mustFromJson }}
{{- $parts = append $parts (dict "component" "worker" "pool" $pool) }}
{{- end }}
{{- range $part := $parts }}
{{- $part := merge (dict "root" $root) $part }}
{{- $live := lookup "apps/v1" "Deployment" $root.Release.Namespace (include "dask.componentName" $part) }}
{{- if and $live (ne ($live.spec.selector.matchLabels | toJson) (include "dask.selectorLabels" $part | include "dask.parsed")) }}
{{- $names = append $names $live.metadata.name }}
{{- end }}
{{- end }}
{{- with $names }}
- |-
  {{ join ", " . }}: Deployments of these names exist already and select their pods by other labels, as those of the older dask chart do. Kubernetes cannot change that, so this release cannot be upgraded. Nothing was changed. Save your results and notebooks, and write:
    helm -n {{ $root.Release.Namespace }} uninstall {{ $root.Release.Name }}
    helm -n {{ $root.Release.Namespace }} install {{ $root.Release.Name }} …
  docs/migration.md describes the steps.
{{- end }}
{{- end -}}
