"""The language of templates, construct by construct, as the real Helm reads it."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.charts import (
    cases_chart,
    printed_by_helm,
    printed_by_us,
    refused_by_helm,
    refused_by_us,
)

VALUES: dict[str, Any] = {
    "name": "x", "empty": "", "zero": 0, "one": 1, "big": 1000000, "real": 1.5, "yes": True,
    "no": False, "list": ["a", "b", "c"], "none": [], "map": {"b": 2, "a": 1, "c": {"d": "deep"}},
    "nomap": {}, "rows": [{"n": 1, "in": ["p", "q"]}, {"n": 2, "in": []}], "holes": [None, 1],
    "text": "a\nb\n", "nested": {"a": {"b": {"c": "found"}}}, "café": "unicode",
}  # fmt: skip

PRINTED = [
    # text and whitespace control
    "plain text\n",
    "",
    "a {{ 1 }} b",
    "a {{- 1 }} b",
    "a {{ 1 -}} b",
    "a  \n\t{{- 1 -}}\r\n  b",
    "a\n{{- /* gone */ -}}\nb",
    "a\n{{/* kept */}}\nb",
    "a {{- /* one side */}} b",
    "a {{/* other side */ -}} b",
    "{{/* several\nlines {{ }} \" */}}x",
    "{{- \"\" -}}   x   {{- \"\" -}}",
    "a {{-3}} {{- 3}} {{3 -}} b",
    "{{\n1\n}}",
    "{{ 1 }}}} }} {",
    "{ {1} }",
    "a{{ if true -}} \n b \n {{- end }} c",
    # constants
    "{{ 1 }} {{ -1 }} {{ +1 }} {{ 0x1F }} {{ 0o17 }} {{ 017 }} {{ 0b101 }} {{ 1_000 }}",
    "{{ 1.5 }} {{ .5 }} {{ 1e3 }} {{ 1E-7 }} {{ 1.0 }} {{ 1e21 }} {{ 0x1p4 }} {{ 123456789.0 }}",
    "{{ 'a' }} {{ '\\n' }} {{ '\\'' }} {{ 'é' }}",
    '{{ "a\\tb\\n\\"q\\" \\u00e9 \\x41 \\101 \\\\" }}',
    '{{ "\\xff\\xc3\\xa9\\377" | b64enc }} {{ "\\xc3" | len }} {{ \'\\xff\' }} {{ \'\\377\' }} {{ \'\\u00e9\' }}',
    "{{ 1_000.5 }} {{ 7_400e0 }} {{ 0x_1p4 }} {{ 1e-400 }} {{ 'a' | add 1 }}",
    "{{ `raw \\n \"x\"` }}{{ `two\nlines` }}",
    "{{ true }} {{ false }}",
    # keys
    "{{ .Values.name }}{{ .Values.nested.a.b.c }}{{ .Values.missing }}{{ .Values.map.missing }}",
    "{{ .Values.café }}{{ $.Values.name }}{{ ($.Values).name }}{{ (.Values.nested.a).b.c }}",
    "{{ .Values.big }} {{ .Values.real }} {{ .Values.zero }} {{ .Values.yes }} {{ .Values.list }}",
    "{{ .Values.map }} {{ .Values.none }} {{ .Values.nomap }} {{ .Values.holes }}",
    "{{ (.Values.missing).deeper.still }}|{{ with $x := .Values.missing }}{{ $x.y }}{{ end }}",
    "{{ $x := .Values.missing }}{{ $x.a.b }}|{{ $x }}",
    "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }} {{ .Release.Revision }}",
    "{{ .Chart.Name }} {{ .Chart.Version }} {{ .Release.IsInstall }} {{ .Release.IsUpgrade }}",
    "{{ .Template.Name }} {{ .Template.BasePath }}",
    # if
    "{{ if .Values.name }}y{{ end }}{{ if .Values.empty }}n{{ else }}e{{ end }}",
    "{{ if 0 }}0{{ else if 0.0 }}0.0{{ else if \"\" }}s{{ else if .Values.none }}l{{ else }}ok{{ end }}",
    "{{ if .Values.nomap }}n{{ else }}empty map{{ end }}{{ if not .Values.no }} not{{ end }}",
    "{{ if $x := .Values.name }}{{ $x }}{{ else }}{{ $x }}{{ end }}",
    "{{ if .Values.holes }}list with nil is true{{ end }}",
    "{{ if and .Values.yes .Values.no }}a{{ else if or .Values.no .Values.yes }}b{{ end }}",
    # with
    "{{ with .Values.map }}{{ .a }}{{ $.Values.name }}{{ end }}",
    "{{ with .Values.empty }}n{{ else }}{{ .Values.name }}{{ end }}",
    "{{ with .Values.empty }}1{{ else with .Values.name }}2{{ . }}{{ else }}3{{ end }}",
    "{{ with $x := .Values.list }}{{ $x }}{{ . }}{{ end }}",
    "{{ with 5 }}{{ . }}{{ end }}",
    # range
    "{{ range .Values.list }}<{{ . }}>{{ end }}",
    "{{ range .Values.none }}n{{ else }}none{{ end }}{{ range .Values.missing }}{{ else }} nil{{ end }}",
    "{{ range $x := .Values.list }}{{ $x }}{{ end }}{{ range $i, $x := .Values.list }}{{ $i }}{{ $x }}{{ end }}",
    "{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }} {{ end }}",
    "{{ range .Values.map }}{{ . }};{{ end }}",
    "{{ range .Values.rows }}{{ .n }}{{ range $.Values.rows }}{{ .n }}{{ range .in }}{{ . }}{{ end }}{{ end }};{{ end }}",
    "{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}{{ range 0 }}{{ else }}zero{{ end }}",
    "{{ range until 3 }}{{ . }}{{ end }}{{ range $i, $x := until 2 }}{{ $i }}{{ $x }}{{ end }}",
    "{{ range .Values.list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}",
    "{{ range .Values.list }}{{ if eq . \"b\" }}{{ continue }}{{ end }}{{ . }}{{ end }}",
    "{{ range .Values.list }}{{ range $.Values.list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}",
    "{{ range .Values.list }}{{ with . }}{{ if eq . \"b\" }}{{ continue }}{{ else }}+{{ end }}{{ . }}{{ end }}{{ end }}",
    "{{ range .Values.none }}{{ else }}{{ range .Values.list }}{{ break }}{{ end }}x{{ end }}",
    "{{ range .Values.holes }}[{{ . }}]{{ end }}",
    "{{ $k := \"\" }}{{ $v := \"\" }}{{ range $k, $v = .Values.map }}{{ end }}{{ $k }}{{ $v }}",
    "{{ $l := .Values.list }}{{ range $l }}{{ $l = list }}{{ . }}{{ end }}{{ len $l }}",
    # variables
    "{{ $x := 1 }}{{ $x }}{{ $x = 2 }}{{ $x }}{{ if true }}{{ $x = 3 }}{{ $y := 9 }}{{ $y }}{{ end }}{{ $x }}",
    "{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}",
    "{{ $x := 1 }}{{ range .Values.list }}{{ $x = add $x 1 }}{{ end }}{{ $x }}",
    "{{ $x := 1 }}{{ range .Values.list }}{{ $x := add $x 1 }}{{ $x }}{{ end }}{{ $x }}",
    "{{ $x := .Values.nested }}{{ $x.a.b.c }}{{ ($x.a).b.c }}{{ $ | len | gt 100 }}",
    "{{ $_ := set .Values.map \"z\" 26 }}{{ .Values.map.z }}",
    "{{ with $x := 1 }}{{ with $x := 2 }}{{ $x }}{{ end }}{{ $x }}{{ end }}",
    "{{ $x := 1 }}{{ if false }}{{ $x := 2 }}{{ else }}{{ $x }}{{ $x = 3 }}{{ end }}{{ $x }}",
    "{{ $x := 1 }}{{ range list }}{{ $x := 2 }}{{ else }}{{ $x }}{{ end }}",
    "{{ with $x := 0 }}{{ $x := 2 }}{{ else }}{{ $x }}{{ end }}",
    "{{ if false }}{{ $x := 1 }}{{ else if $x := 2 }}{{ $x }}{{ end }}",
    "{{ if true }}{{ $y := 1 }}{{ else }}{{ $y }}{{ $y.z }}{{ $y.f 1 }}{{ end }}",
    "{{ if false }}{{ $z = 1 }}{{ $y := $y }}{{ range $p, $q = list }}{{ $p }}{{ end }}{{ end }}",
    "{{ range $x := list }}{{ else }}{{ $x }}{{ end }}{{ range $k, $v := dict }}{{ else }}{{ $k }}{{ $v }}{{ end }}",
    "{{ $k := 1 }}{{ $v := 2 }}{{ range $k, $v = list }}{{ end }}{{ $k }}{{ $v }}",
    "{{ $v := 1 }}{{ range $v = list 2 3 }}{{ end }}{{ $v }}{{ range $v = .Values.missing }}{{ end }}[{{ $v }}]",
    "{{ range $x := .Values.missing }}{{ else }}[{{ $x }}{{ $x.a.b }}]{{ end }}",
    "{{ range $x := .Values.holes }}{{ $x }}{{ else }}{{ $x.a }}{{ end }}",
    "{{ range $x := (semver \"2.1.0\").Major }}{{ $x }}{{ typeOf $x }}{{ end }}{{ range int64 2 }}{{ . }}{{ end }}",
    "{{ range -3 }}{{ . }}{{ else }}none{{ end }}{{ range (index \"\\x03\" 0) }}{{ typeOf . }}{{ end }}",
    # pipelines and calls
    "{{ 1 | }}{{ 2 |}}",
    "{{ \"a\" | upper | printf \"%s-%s\" \"b\" }}",
    "{{ printf \"%d %s\" 1 \"x\" }}{{ (printf \"%v\" (list 1 2)) | len }}",
    "{{ .Values.name | default \"d\" }}{{ .Values.empty | default \"d\" }}{{ .Values.missing | default \"d\" }}",
    "{{ (dict \"a\" (dict \"b\" 1)).a.b }}{{ (list 1 2 | first) }}",
    "{{ not (and true (or false true)) }}",
    "{{ and 1 0 2 }}{{ or 0 \"\" \"x\" }}{{ and 1 2 3 }}{{ or 0 \"\" }}|{{ 1 | and 0 }}{{ 1 | or 0 }}",
    "{{ and false (fail \"not reached\") }}{{ or true (fail \"not reached\") }}",
    "{{ if false }}{{ fail \"x\" }}{{ trunc \"a\" \"b\" }}{{ nil }}{{ end }}ok",
    "{{ list nil | len }}{{ dict \"a\" nil }}{{ eq nil .Values.missing }}",
    "{{ get (dict \"a\" 1) \"a\" }}{{ $m := .Values.missing }}{{ get $m \"a\" }}{{ hasKey $m \"a\" }}",
    "{{ index .Values.list 1 }}{{ index .Values.map \"a\" }}{{ index .Values.nested \"a\" \"b\" \"c\" }}",
    "{{ len .Values.list }}{{ len .Values.name }}{{ len .Values.map }}",
    "{{ print 1 2 \"a\" \"b\" 3 4 }}|{{ println 1 \"a\" }}|{{ html \"<a>\" }}|{{ urlquery \"a b&\" }}",
    "{{ eq 1 1 }}{{ eq .Values.name \"a\" \"x\" }}{{ ne 1 2 }}{{ lt 1 2 }}{{ le \"a\" \"a\" }}{{ gt 1.5 1.0 }}",
    "{{ $d := dict }}{{ set $d \"a\" 1 | len | add (len $d) }} {{ set $d \"b\" 1 | keys | len | print (len $d) }}",
    "{{ $d := dict }}{{ unset $d \"b\" | print (set $d \"b\" 2) }}{{ .Values.name | print | printf \"%s%d\" | len }}",
    "{{ $x := .Values.missing }}[{{ $x.a 1 }}{{ $x.a.b (list 1) }}{{ 1 | $x.a }}{{ (.Values.missing).a 1 }}]",
    "{{ define \"nil\" }}{{ .a 1 }}{{ 2 | .b.c }}{{ end }}[{{ include \"nil\" nil }}]",
    # templates
    "{{ define \"t1\" }}<{{ . }}>{{ end }}{{ template \"t1\" 1 }}{{ template \"t1\" }}{{ include \"t1\" \"x\" }}",
    "{{ define \"t2\" }}{{ $ }}{{ with 2 }}{{ $ }}{{ end }}{{ end }}{{ include \"t2\" 1 }}",
    "{{ block \"t3\" .Values.name }}[{{ . }}]{{ end }}{{ include \"t3\" 7 }}",
    "{{ include \"later\" . }}{{ define \"later\" }}defined later{{ end }}",
    "{{ define \"fac\" }}{{ if gt . 1 }}{{ mul . (include \"fac\" (sub . 1) | int) }}{{ else }}1{{ end }}{{ end }}{{ include \"fac\" 10 }}",
    "{{ define \"nothing\" }}{{ .a }}{{ end }}[{{ include \"nothing\" nil }}{{ include \"nothing\" .Values.missing }}]",
    "{{ define \"novalue\" }}{{ .missing }}{{ end }}{{ include \"novalue\" dict | quote }}{{ eq (include \"novalue\" dict) \"\" }}",
    "{{ tpl \"{{ .Values.name }} {{ include \\\"t1\\\" 5 }}\" . }}{{ tpl \"plain\" . }}",
    "{{ tpl \"{{ define \\\"inner\\\" }}in{{ end }}{{ include \\\"inner\\\" . }}\" . }}",
    "{{ include \"t1\" (dict \"x\" 1) | len | lt 5 }}",
    "{{ range .Values.list }}{{ template \"t1\" . }}{{ end }}",
    "{{ toYaml .Values.nested | nindent 2 }}{{ .Values.text | indent 2 }}",
    "{{ .Files.Get \"missing\" }}|{{ .Capabilities.APIVersions.Has \"apps/v1\" }}{{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}",
    "{{ .Files.Get (print \"mis\" \"sing\") | quote }}{{ \"missing\" | .Files.Get }}",
    # values that templates hand to one another as YAML
    """{{- define "hand0" -}}{{- $x := dict "a" 1 "b" (list 1.5 nil true) -}}{{- $x | toYaml -}}{{- end -}}
    {{- $v := include "hand0" . | fromYaml }}{{ $v.a | typeOf }} {{ $v | toJson }}{{ include "hand0" . }}""",
    """{{- define "hand1" -}}{{- toYaml .nested -}}{{- end -}}
    {{- $v := include "hand1" .Values | fromYaml }}{{ $_ := set $v.a "new" 2 }}{{ .Values.nested | toJson }}""",
    """{{- define "hand2" -}}{{- list 1 "x" | toYaml -}}{{- end -}}
    {{- include "hand2" . | fromYaml | toJson }} {{ include "hand2" . | fromYamlArray | toJson }}""",
    """{{- define "hand3" }}
  {{ dict "a" "b" | toYaml }}
{{ end -}}{{ include "hand3" . | fromYaml | toJson }}""",
    """{{- define "hand4" -}}{{- dict "a" "x\\ny\\n" "b" "1" "c" 1e20 "d" "" | toYaml -}}{{- end -}}
    {{- include "hand4" . | fromYaml | toJson }}""",
    """{{- define "pass5" -}}{{- include "hand5" . -}}{{- end -}}{{- define "hand5" -}}{{- toYaml . -}}{{- end -}}
    {{- include "pass5" (dict "n" nil "i" (int64 7)) | fromYaml | toJson }}{{ include "pass5" nil | fromYaml }}""",
    "{{ toYaml .Values.nested | fromYaml | toJson }}{{ fromYaml (toYaml (dict 1 2)) | toJson }}",
    """{{- define "hand7" -}}{{- range .l }}{{ if eq . 2 }}{{ break }}{{ end }}{{ end -}}
    {{- toYaml . -}}{{- end -}}{{ include "hand7" (dict "l" (list 1 2 3)) | fromYaml | toJson }}""",
    # long ones
    "{{ 1 }}-" * 250,
    "{{ len (list" + " 1" * 150 + ") }}{{ len (dict" + ' "a" 1' * 75 + ") }}",
    "{{ and" + " 1" * 250 + " 0 2 }} {{ or" + ' ""' * 250 + " 3 }} {{ 4 | list" + " 1" * 150 + " | len }}",
]  # fmt: skip

REFUSED = [
    # syntax
    "{{ 1", "{{ /* comment */ }}", "{{/* open", "{{/* a */ b }}", "{{ \"open }}", "{{ `open }}",
    "{{ 'ab' }}", "{{ if true }}", "{{ end }}", "{{ else }}", "{{ if true }}{{ else }}{{ else }}{{ end }}",
    "{{ if }}x{{ end }}", "{{ range }}{{ end }}", "{{ with }}{{ end }}", "{{ }}", "{{ ( }}", "{{ ) }}",
    "{{ (1 }}", "{{ 1) }}", "{{ () }}", "{{ .a.b..c }}", "{{ 1.a }}", "{{ \"a\".b }}", "{{ .5a }}", "{{ 08 }}",
    "{{ | 1 }}", "{{ 1 | 2 }}", "{{ 1 | \"x\" }}", "{{ upper | .Values }}", "{{ @ }}", "{{ a;b }}",
    "{{ $x }}", "{{ $x = 1 }}", "{{ if true }}{{ $y := 1 }}{{ end }}{{ $y }}", "{{ $x := }}", "{{ $a, $b := 1 }}",
    "{{ define }}x{{ end }}", "{{ define \"a\" }}x", "{{ define \"a\" }}1{{ end }}{{ define \"a\" }}2{{ end }}",
    "{{ if true }}{{ define \"a\" }}{{ end }}{{ end }}", "{{ template }}", "{{ template a }}", "{{ template \"gone\" }}",
    "{{ if false }}{{ $y := 1 }}{{ else }}{{ $y }}{{ end }}", "{{ $x := $x }}", "{{ range $p = list }}{{ end }}",
    "{{ if false }}{{ $y := 1 }}{{ else }}{{ $y = 2 }}{{ end }}", "{{ range $p, $q = list 1 }}{{ end }}",
    "{{ if false }}{{ $y := 1 }}{{ else }}{{ $y.f 1 }}{{ end }}", "{{ if true }}{{ else }}{{ $y }}{{ end }}",
    "{{ if true }}{{ $y := 1 }}{{ else }}{{ end }}{{ $y }}", "{{ $x := 1 }}{{ range $x, $q = list }}{{ end }}",
    "{{ range $i, $x := (semver \"2.1.0\").Major }}{{ end }}", "{{ range (semver \"2.1.0\") }}{{ end }}",
    "{{ break }}", "{{ if true }}{{ continue }}{{ end }}", "{{ range .Values.list }}{{ break 1 }}{{ end }}",
    "{{ nosuchfunction 1 }}", "{{ if false }}{{ nosuchfunction }}{{ end }}", "{{ \"\\q\" }}", "{{ \"\\'\" }}", "{{ '\\\"' }}",
    "{{ \"\\ud800\" }}", "{{ \"\\400\" }}", "{{ \"\\U00110000\" }}", "{{ '\\xc3\\xa9' }}", "{{ 1e400 }}", "{{ 1e_5 }}", "{{ 1_.5 }}",
    "{{ 1_ }}", "{{ 0x }}",
    "{{ with 1 }}{{ else if 2 }}{{ end }}", "{{ if 1 }}{{ else with 2 }}{{ end }}", "{{ 99999999999999999999 }}",
    "{{ if false }}{{ . nosuchfunction }}{{ end }}", "{{ if false }}{{ $ nosuchfunction }}{{ end }}",
    "{{ if false }}{{ 1 nosuchfunction }}{{ end }}", "{{ if false }}{{ .Values.x nosuchfunction }}{{ end }}",
    # execution
    "{{ fail \"x\" | and 0 }}", "{{ fail \"x\" | or 1 }}", "{{ nil | and 0 }}", "{{ 1 2 | and 0 }}", "{{ 1 2 | quote }}",
    "{{ .Values.missing.a 1 }}", "{{ range .Values.holes }}{{ .a 1 }}{{ end }}", "{{ range $x := .Values.holes }}{{ $x.a 1 }}{{ end }}",
    "{{ nil }}", "{{ nil | quote }}", "{{ .Values.missing.deeper }}", "{{ .Values.name.key }}", "{{ .Values.list.key }}",
    "{{ .Values.one.key }}", "{{ range .Values.holes }}{{ .key }}{{ end }}", "{{ .Values.name 1 }}", "{{ 1 2 }}",
    "{{ \"a\" | .Values.name }}", "{{ .Values.list 1 }}", "{{ range .Values.name }}{{ end }}", "{{ range 1.5 }}{{ end }}",
    "{{ range true }}{{ end }}", "{{ range $i, $x := 3 }}{{ end }}", "{{ trunc \"a\" \"b\" }}", "{{ trunc 1 }}",
    "{{ trunc 1 2 }}", "{{ trunc .Values.one \"abc\" }}", "{{ upper nil }}", "{{ upper .Values.missing }}",
    "{{ $m := .Values.missing }}{{ upper $m }}", "{{ get .Values.missing \"a\" }}", "{{ get .Values.name \"a\" }}",
    "{{ keys .Values.missing }}", "{{ eq 1 \"a\" }}", "{{ lt 1 \"a\" }}", "{{ eq .Values.one 1 }}", "{{ eq .Values.map .Values.map }}",
    "{{ lt true false }}", "{{ lt 1 1.5 }}", "{{ and }}", "{{ or }}", "{{ not }}", "{{ index .Values.list 9 }}",
    "{{ index .Values.list \"a\" }}", "{{ index .Values.map 1 }}", "{{ index 1 1 }}", "{{ len 3 }}", "{{ len .Values.missing }}",
    "{{ include \"gone\" . }}", "{{ include 1 . }}", "{{ include \"x\" }}", "{{ fail \"stop\" }}", "{{ required \"need\" .Values.missing }}",
    "{{ required \"need\" \"\" }}", "{{ define \"loop\" }}{{ include \"loop\" . }}{{ end }}{{ include \"loop\" . }}",
    "{{ tpl \"{{ .Values.name\" . }}", "{{ tpl \"{{ fail `x` }}\" . }}", "{{ template \"t\" 1 2 }}", "{{ .Files.Get }}",
    "{{ .Files.Nope \"a\" }}", "{{ .Files.Get 1 }}", "{{ (nil).a }}", "{{ until \"a\" }}", "{{ printf 1 }}", "{{ printf }}",
    "{{ set .Values.missing \"a\" 1 }}", "{{ template \"_self\" }}", "{{ .Values.real | trunc 1 }}",
]  # fmt: skip


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cases_chart(tmp_path_factory.mktemp("cases") / "small", PRINTED, VALUES)


@pytest.mark.parametrize("version", [3, 4])
def test_each_construct_prints_what_helm_prints(chart: Path, version: int) -> None:
    ours, helms = printed_by_us(chart), printed_by_helm(chart, version)
    differences = [
        (case, us, them) for case, us, them in zip(PRINTED, ours, helms, strict=True) if us != them
    ]
    assert differences == []


@pytest.fixture(scope="module")
def wrong_charts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wrong")
    return [cases_chart(folder / f"{i}", [case], VALUES) for i, case in enumerate(REFUSED)]


@pytest.mark.parametrize("version", [3, 4])
def test_what_helm_refuses_is_refused(wrong_charts: list[Path], version: int) -> None:
    assert all(refused_by_helm(wrong_charts, version)), "the table holds what Helm takes"


def test_we_refuse_it_too_and_say_where(wrong_charts: list[Path]) -> None:
    taken = [
        case for case, chart in zip(REFUSED, wrong_charts, strict=True) if not refused_by_us(chart)
    ]
    assert taken == []
