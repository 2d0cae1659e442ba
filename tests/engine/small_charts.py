"""Small charts, each for one thing that charts do and ours does not; as files by path."""

LIBRARY = """
{{- define "lib.labels" -}}
app: {{ .Chart.Name }}
{{- range $key, $value := .Values.labels }}
{{ $key }}: {{ $value | quote }}
{{- else }}
plain: "true"
{{- end }}
{{- end -}}
{{- define "lib.merged" -}}
{{- $base := fromYaml (include (index . 1) (index . 0)) -}}
{{- $own := fromYaml (include (index . 2) (index . 0)) -}}
{{- toYaml (merge $own $base) -}}
{{- end -}}
{{- define "lib.configmap.base" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
  labels: {{- include "lib.labels" . | nindent 4 }}
data: {a: base, b: base}
{{- end -}}
"""
BINARY = b"\x89PNG\r\n\xff\xfe\x00\x80" + bytes(range(256))

Files = dict[str, str | bytes]

# What Helm 3 and 4 render, and so do we.
RENDERED: dict[str, Files] = {
    "range over maps with else": {
        "values.yaml": "full: {b: 2, a: 1, c: {d: x}}\nempty: {}\nnone:\nlist: []\n",
        "templates/a.yaml": """
kind: A
{{- range $name := list "full" "empty" "none" "list" "missing" }}
{{ $name }}:
{{- range $key, $value := index $.Values $name }}
  {{ $key }}: {{ $value | toJson }}
{{- else }}
  empty: {{ $name }}
{{- end }}
{{- end }}
""",
    },
    "named templates of a library": {
        "values.yaml": "labels: {team: research, 'example.com/x': y}\n",
        "templates/_lib.tpl": LIBRARY,
        "templates/a.yaml": """
{{- define "own" -}}
data: {b: own, c: own}
{{- end -}}
{{ include "lib.merged" (list . "lib.configmap.base" "own") }}
""",
        "templates/deep/_lib.tpl": '{{ define "lib.labels" }}deep: "overridden"{{ end }}',
    },
    "named templates without values": {
        "templates/_lib.tpl": LIBRARY,
        "templates/a.yaml": 'kind: A\nlabels: {{- include "lib.labels" . | nindent 2 }}\n',
    },
    "required values": {
        "values.yaml": "a: x\nzero: 0\nnever: false\n",
        "templates/a.yaml": """
kind: A
a: {{ required "a is needed" .Values.a }}
zero: {{ .Values.zero | required "zero is needed" }}
never: {{ required "never is needed" .Values.never }}
""",
    },
    "fail in a branch that is not taken": {
        "templates/a.yaml": 'kind: A\n{{ if .Values.bad }}{{ fail "bad" }}{{ end }}\n',
    },
    "absent functions in a branch that is not taken": {
        "templates/a.yaml": """
kind: A
{{ if .Values.secret }}
a: {{ randAlphaNum 8 }}
b: {{ (genCA "ca" 365).Cert }}
c: {{ now | date "2006" }}
{{ end }}
""",
    },
    "semverCompare": {
        "templates/a.yaml": """
kind: A
{{- range $range := list ">=1.19-0" "<1.19-0" "^0.1.0" "~0.1" "0.1.x" ">0.1.0" "*" }}
{{ $range | quote }}: [{{ semverCompare $range $.Chart.Version }}, {{ semverCompare $range "1.30.2-gke.1" }}]
{{- end }}
""",
    },
    "lookup without a cluster": {
        "templates/a.yaml": """
kind: A
{{- $found := lookup "v1" "Secret" .Release.Namespace "x" }}
empty: {{ empty $found }}
kind_of: {{ kindOf $found }}
data: {{ ($found.data).password | default "new" }}
{{- range (lookup "v1" "Pod" "" "").items }}
pod: {{ .metadata.name }}
{{- else }}
pods: none
{{- end }}
""",
    },
    "files by glob": {
        "conf/a.txt": "hello",
        "conf/b.txt": "two\nlines\n",
        "conf/deep/c.txt": "é",
        "templates/a.yaml": """
kind: ConfigMap
metadata: {name: a}
mounted: {{ if .Files.Glob "nothing/*" }}true{{ else }}false{{ end }}
count: [{{ len (.Files.Glob "conf/*") }}, {{ len (.Files.Glob "conf/**") }}, {{ .Files.Glob "x" | len }}]
data:
{{- range $path, $bytes := .Files.Glob "conf/**" }}
  {{ base $path }}: {{ toString $bytes | quote }}
  {{ base $path }}-size: {{ len $bytes }}
  {{ base $path }}-again: {{ $.Files.Get $path | quote }}
{{- end }}
config: {{- (.Files.Glob "conf/*").AsConfig | nindent 2 }}
none: {{ (.Files.Glob "nothing/*").AsConfig }}
lines: {{ .Files.Lines "conf/b.txt" | toJson }}
""",
    },
    "binary files": {
        "logo": BINARY,
        "templates/a.yaml": """
kind: Secret
metadata: {name: a}
data:
  got: {{ .Files.Get "logo" | b64enc }}
  bytes: {{ toString (.Files.GetBytes "logo") | b64enc }}
  json: {{ .Files.GetBytes "logo" | toJson }}
  {{- (.Files.Glob "logo").AsSecrets | nindent 2 }}
sum: {{ .Files.Get "logo" | sha256sum }}
size: {{ .Files.Get "logo" | len }}
type: {{ typeOf (.Files.GetBytes "logo") | quote }}
missing: {{ .Files.Get "missing" | quote }}
""",
    },
    "hooks and the order of kinds": {
        "templates/a.yaml": """
{{- range $kind := list "Job" "Service" "Zebra" "ServiceAccount" "Deployment" "Alpaca" }}
---
kind: {{ $kind }}
metadata: {name: {{ lower $kind }}}
{{- end }}
""",
        "templates/hook.yaml": """
kind: Pod
metadata:
  name: test
  annotations: {helm.sh/hook: test, helm.sh/hook-weight: "-5"}
""",
    },
    "text without a newline at its end": {
        "templates/a.yaml": "kind: A\ndata:\n  x: |\n    one\n    two",
        "templates/b.yaml": "kind: B\nx: |\n  one\n---\nkind: B\nx: |\n  two\n\n\n---\nkind: B\nx: |-\n  three\n",
        "templates/c.yaml": "---\n\nkind: C\nx: >\n  folded\n  text\n\n---\n---\n# nothing\n---\n",
    },
    "numbers in Chart.yaml": {
        "Chart.yaml": """
apiVersion: v2
name: small
version: 1.2
appVersion: 1.0
description: 12345678
keywords: [1, 2.50, true]
annotations: {a: 1, b: true, c: 1e3}
""",
        "templates/a.yaml": """
kind: A
version: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app: {{ .Chart.AppVersion | replace "." "-" | quote }}
description: {{ .Chart.Description | quote }}
keywords: {{ .Chart.Keywords | toJson }}
annotations: {{ .Chart.Annotations | toJson }}
a: {{ .Chart.Annotations.a | quote }}
missing: {{ .Chart.Annotations.missing | quote }}
""",
    },
    "large numbers in Chart.yaml": {
        "Chart.yaml": "{apiVersion: v2, name: small, version: 1, appVersion: 1234567.0}",
        "templates/a.yaml": "kind: A\nv: {{ .Chart.Version | quote }}\na: {{ .Chart.AppVersion | quote }}\n",
    },
    "files that are no charts in charts": {
        "charts/_notes/Chart.yaml": "name: no",
        "charts/.hidden/Chart.yaml": "name: no",
        "templates/a.yaml": "kind: A\n",
    },
}

# What Helm refuses, and so do we.
REFUSED: dict[str, Files] = {
    "a required value is missing": {
        "templates/a.yaml": 'kind: A\na: {{ required "a is needed" .Values.a }}\n'
    },
    "fail": {"templates/a.yaml": 'kind: A\n{{ fail "never" }}\n'},
    "an unknown function in a branch that is not taken": {
        "templates/a.yaml": "kind: A\n{{ if false }}{{ nosuchfunction }}{{ end }}\n"
    },
    "a range of versions that is none": {
        "templates/a.yaml": 'kind: A\na: {{ semverCompare "not a range" "1" }}\n'
    },
    "bytes where text is wanted": {
        "a.txt": "x",
        "templates/a.yaml": 'kind: A\na: {{ .Files.GetBytes "a.txt" | b64enc }}\n',
    },
    "files where a map is wanted": {"templates/a.yaml": "kind: A\na: {{ keys .Files }}\n"},
    "a list as a version": {"Chart.yaml": "{name: a, version: [1]}", "templates/a.yaml": "kind: A"},
    "dependencies in requirements.yaml": {
        "Chart.yaml": "{apiVersion: v1, name: small, version: 0.1.0}",
        "requirements.yaml": 'dependencies: [{name: sub, version: 0.1.0, repository: ""}]',
        "templates/a.yaml": "kind: A\n",
    },
}

# What Helm renders, and we refuse to render in part.
UNSUPPORTED: dict[str, tuple[Files, str]] = {
    "a subchart that nothing declares": (
        {
            "charts/sub/Chart.yaml": "{apiVersion: v2, name: sub, version: 0.1.0}",
            "charts/sub/templates/s.yaml": "kind: FromSubchart\n",
            "templates/a.yaml": "kind: A\n",
        },
        r"charts/sub is a subchart\. Charts with dependencies are not supported",
    ),
}
