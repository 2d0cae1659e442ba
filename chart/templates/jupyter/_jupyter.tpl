{{- /* Jupyter accepts a flag only once, so the chart's own flags give way to those of extraArgs. */ -}}
{{- define "dask.jupyter.args" -}}
{{- $own := .Values.jupyter.extraArgs | default list | join "\n" -}}
- jupyter
- lab
{{- if not (regexMatch `(?m)^--((Server|Notebook)App\.)?ip(=|$)` $own) }}
- {{ .Values.jupyter.ip | default "0.0.0.0" | printf "--ip=%s" | quote }}
{{- end }}
- --port={{ include "dask.jupyter.port" . }}
- --no-browser
- {{ include "dask.path" .Values.jupyter.prefix | printf "--ServerApp.base_url=%s/" | quote }}
{{- if not (regexMatch `(?m)^--((Server|Notebook)App\.(root_dir|notebook_dir)|notebook-dir)(=|$)` $own) }}
- {{ .Values.jupyter.rootDir | default (include "dask.jupyter.home" .) | printf "--ServerApp.root_dir=%s" | quote }}
{{- end }}
{{- end -}}

{{- /*
Where a browser finds the dashboard: behind jupyter-server-proxy, which cannot serve one with a prefix
because its pages have absolute paths, else at the Ingress. Dask fills in {host} and {port}.
*/ -}}
{{- define "dask.jupyter.dashboardLink" -}}
{{- $dashboard := .Values.scheduler.dashboard | default dict -}}
{{- $ingress := $dashboard.ingress | default dict -}}
{{- if not (include "dask.path" $dashboard.prefix) -}}
{{- printf "%s/proxy/{host}:{port}/status" (include "dask.path" .Values.jupyter.prefix) -}}
{{- else if and $ingress.enabled $ingress.hosts -}}
{{- printf "%s://%s%s/status" ($ingress.tls | empty | ternary "http" "https") (first $ingress.hosts) (include "dask.path" $dashboard.prefix) -}}
{{- end -}}
{{- end -}}

{{- /*
With rights, the Dask panel of JupyterLab shows the release instead of a cluster inside of the pod.
Without a token of ours Jupyter makes a random one of its own.
*/ -}}
{{- define "dask.jupyter.env" -}}
- name: DASK_SCHEDULER_ADDRESS
  value: {{ include "dask.schedulerAddress" . | quote }}
{{- $config := (.Values.dask | default dict).config | default dict }}
{{- if not ((($config.distributed | default dict).dashboard | default dict).link) }}
{{- with include "dask.jupyter.dashboardLink" . }}
- name: DASK_DISTRIBUTED__DASHBOARD__LINK
  value: {{ . | quote }}
{{- end }}
{{- end }}
- name: JUPYTER_CONFIG_PATH
  value: /etc/dask-helm/jupyter{{ .Values.jupyter.packagesImage | empty | ternary "" ":/opt/dask-helm/etc/jupyter" }}
{{- if .Values.jupyter.packagesImage }}
- name: JUPYTER_PATH
  value: /opt/dask-helm/share/jupyter
- name: PYTHONPATH
  value: /opt/dask-helm/python
{{- end }}
{{- if and (.Values.rbac | default dict).create (not $config.labextension) }}
- name: DASK_LABEXTENSION__FACTORY__MODULE
  value: dask_helm.cluster.panel
- name: DASK_LABEXTENSION__FACTORY__CLASS
  value: attached
- name: DASK_LABEXTENSION__INITIAL
  value: {{ list (dict "name" .Release.Name) | toJson | quote }}
{{- end }}
{{- with .Values.jupyter.existingSecret }}
- name: JUPYTER_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . | quote }}
      key: {{ $.Values.jupyter.existingSecretKey | default "token" | quote }}
{{- end }}
{{- end -}}

{{- define "dask.jupyter.home" -}}
{{- .Values.jupyter.home | default "/home/jovyan" -}}
{{- end -}}

{{- define "dask.jupyter.port" -}}
{{- .Values.jupyter.port | default 8888 | int -}}
{{- end -}}

{{- define "dask.jupyter.ports" -}}
- name: http
  port: {{ include "dask.jupyter.port" . }}
{{- end -}}

{{- /* The claim that holds the home directory, or nothing. */ -}}
{{- define "dask.jupyter.claim" -}}
{{- $persistence := .Values.jupyter.persistence | default dict -}}
{{- if $persistence.enabled -}}
{{- $persistence.existingClaim | default (include "dask.componentName" (dict "root" . "component" "jupyter")) -}}
{{- end -}}
{{- end -}}

{{- /* The hash of the password with which people log in; a token of a Secret wins over it. */ -}}
{{- define "dask.jupyter.hashedPassword" -}}
{{- if not .Values.jupyter.existingSecret }}{{ .Values.jupyter.hashedPassword }}{{ end -}}
{{- end -}}

{{- /* jupyter_server_config: the proxy leads to this pod, the release's scheduler and nowhere else. */ -}}
{{- define "dask.jupyter.config" -}}
{{- $address := include "dask.schedulerAddress" . -}}
{{- /* urlParse fails for other texts, before the rules report them. */ -}}
{{- $host := "" -}}
{{- if regexMatch (include "dask.addressPattern" .) $address }}{{ $host = (urlParse $address).hostname }}{{ end -}}
{{- $hosts := list "localhost" "127.0.0.1" $host -}}
{{- if .Values.scheduler.enabled }}{{ $hosts = append $hosts (printf "%s.%s.svc" $host .Release.Namespace) }}{{ end -}}
{{- $config := dict "ServerProxy" (dict "host_allowlist" $hosts) -}}
{{- with include "dask.jupyter.hashedPassword" . }}
{{- $_ := set $config "PasswordIdentityProvider" (dict "hashed_password" .) }}
{{- end -}}
{{- range $class, $settings := .Values.jupyter.config }}
{{- $_ := set $config $class (include "dask.overlay" (list (get $config $class | default dict) $settings) | mustFromJson) }}
{{- end -}}
{{- toJson $config -}}
{{- end -}}

{{- define "dask.jupyter.mounts" -}}
- name: dask-jupyter
  mountPath: /etc/dask-helm/jupyter
  readOnly: true
{{- if .Values.jupyter.packagesImage }}
- name: dask-packages
  mountPath: /opt/dask-helm
  readOnly: true
{{- end }}
{{- end -}}

{{- define "dask.jupyter.volumes" -}}
- name: dask-jupyter
  configMap:
    name: {{ include "dask.componentName" (dict "root" . "component" "jupyter") | quote }}
- name: dask-seed
  configMap:
    name: {{ include "dask.jupyter.seedName" . | quote }}
{{- if .Values.jupyter.packagesImage }}
- name: dask-packages
  emptyDir: {}
{{- end }}
{{- end -}}

{{- /* Whether Jupyter's root directory ends with the pod: neither the claim nor a mount of the user's keeps it. */ -}}
{{- define "dask.jupyter.isTemporary" -}}
{{- $home := include "dask.jupyter.home" . -}}
{{- $root := .Values.jupyter.rootDir | default $home -}}
{{- $own := .Values.jupyter.volumeMounts -}}
{{- $mounts := kindIs "invalid" $own | ternary (.Values.podDefaults | default dict).volumeMounts $own | default list -}}
{{- if (.Values.jupyter.persistence | default dict).enabled }}{{ $mounts = append $mounts (dict "mountPath" $home) }}{{ end -}}
{{- $kept := false -}}
{{- range $mounts }}
{{- $kept = or $kept (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) (printf "%s/" $root)) }}
{{- end -}}
{{- ternary "" "true" $kept -}}
{{- end -}}

{{- define "dask.jupyter.seedName" -}}
{{- printf "%s-seed" (include "dask.componentName" (dict "root" . "component" "jupyter")) -}}
{{- end -}}

{{- /* Jupyter's values; with rbac.create its pod has an account with rights, and a token of it. */ -}}
{{- define "dask.jupyter.values" -}}
{{- $rbac := (.Values.rbac | default dict).create -}}
{{- $token := dict -}}
{{- if $rbac }}{{ $token = dict "automountServiceAccountToken" true }}{{ end -}}
{{- $defaults := include "dask.overlay" (list .Values.podDefaults $token) | mustFromJson -}}
{{- $values := include "dask.overlay" (list $defaults .Values.jupyter) | mustFromJson -}}
{{- $own := include "dask.componentName" (dict "root" . "component" "jupyter") -}}
{{- if $rbac }}{{ $_ := set $values "serviceAccountName" ($values.serviceAccountName | default $own) }}{{ end -}}
{{- toJson $values -}}
{{- end -}}
