"""What templates gave before is only used where a template would give it again."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dask_helm import goyaml
from dask_helm.data import folder
from dask_helm.errors import TemplateError
from dask_helm.gotemplate.templates import Templates
from dask_helm.rendering import Release, Renderer, to_yaml
from dask_helm.values import collect

from tests.engines.charts import RELEASE, helm_template, make_chart

NAMED = '{{ define "named" }}%s{{ end }}'
PURE = (
    "{{ .a }}",
    '{{ $own := dict }}{{ $_ := set $own "a" 1 }}{{ $own }}',
    '{{ $own := .a | omit }}{{ $_ := unset $own "a" }}{{ $own }}',
    '{{ $_ := set (deepCopy .) "a" 1 }}',
    '{{ $_ := mergeOverwrite (deepCopy .) (dict "a" 1) }}',
)
CHANGING = (
    '{{ $_ := set . "a" 1 }}',
    '{{ $_ := set .b "a" 1 }}',
    '{{ $_ := "a" | unset . }}',
    '{{ $own := .b }}{{ $_ := set $own "a" 1 }}',
    '{{ $own := dict }}{{ $_ := set $own.c "a" 1 }}',
    '{{ $own := dict }}{{ $own = .b }}{{ $_ := set $own "a" 1 }}',
    '{{ $own := dict "b" .b }}{{ $_ := mergeOverwrite $own (dict "b" (dict "a" 1)) }}',
    '{{ $_ := merge (dict "b" .b) (dict "b" (dict "a" 1)) }}',
    '{{ range $own := list (dict) . }}{{ $_ := set $own "a" 1 }}{{ end }}',
    '{{ with $own := .b }}{{ $_ := set $own "a" 1 }}{{ end }}',
    '{{ tpl "{{ $_ := set . \\"a\\" 1 }}" . }}',
)


def recalls(text: str) -> bool:
    templates = Templates()
    templates.add("chart/named", text)
    return templates._scope.recalls


@pytest.mark.parametrize("text", PURE)
def test_a_chart_that_changes_its_own_maps_only_is_recalled(text: str) -> None:
    assert recalls(NAMED % text)


@pytest.mark.parametrize("text", CHANGING)
def test_a_chart_that_may_change_what_others_see_is_not(text: str) -> None:
    assert not recalls(NAMED % text)


def test_our_chart_changes_its_own_maps_only() -> None:
    names = (folder("chart") / "templates").rglob("*.*")
    assert [file.name for file in names if not recalls(file.read_text())] == []


CALLS = {
    "the root changes between two calls": """
{{ define "x" }}{{ .Values.a }}{{ end }}
a: {{ include "x" . }}{{ $_ := set .Values "a" 2 }}
b: {{ include "x" . }}""",
    "each file is a root of its own": """
{{ define "x" }}{{ .Template.Name }}{{ end }}
a: {{ include "x" . }}""",
    "maps in the root are the same in all files, but one": """
{{ define "v" }}{{ .a }}{{ end }}{{ define "t" }}{{ .Name }}{{ end }}
a: {{ include "v" .Values }}
b: {{ include "t" .Template }}
c: {{ include "v" .Values }}""",
    "a template that changes its input does so each time": """
{{ define "x" }}{{ $_ := set (last .) "a" (add (last .).a 1) }}{{ end }}
{{ $m := dict "a" 1 }}{{ include "x" (list $m) }}{{ include "x" (list $m) }}
a: {{ $m.a }}""",
    "types are told apart": """
{{ define "x" }}{{ kindOf (first .) }}{{ end }}
a: {{ include "x" (list 1) }}
b: {{ include "x" (list 1.0) }}
c: {{ include "x" (list true) }}
d: {{ include "x" (list "1") }}""",
    "a map that is read from YAML is changed": """
{{ define "x" }}{{ dict "a" 1 | toYaml }}{{ end }}
{{ $m := include "x" (list 1) | fromYaml }}{{ $_ := set $m "a" 2 }}
a: {{ (include "x" (list 1) | fromYaml).a }}
b: {{ $m.a }}""",
    "a map is handed over and changed afterwards": """
{{ define "x" }}{{ toYaml (first .) }}{{ end }}
{{ $m := dict "a" "two\\nlines" }}{{ $_ := include "x" (list $m) | fromYaml }}{{ $_ := set $m "b" 1 }}
a: {{ toYaml (include "x" (list (dict "a" "two\\nlines")) | fromYaml) | nindent 2 }}
{{ $n := dict "c" 1 }}{{ $_ := include "x" (list $n) | fromYamlArray }}{{ $_ := set $n "b" 1 }}
b: {{ toYaml (include "x" (list (dict "c" 1)) | fromYaml) | nindent 2 }}""",
    "a map that is read from YAML is a part of another": """
{{ define "x" }}{{ dict "a" (dict "c" 1) | toYaml }}{{ end }}
{{ $m := dict }}{{ $_ := set $m "a" (include "x" (list 1) | fromYaml) }}
{{ $_ := set $m "b" (include "x" (list 1) | fromYaml) }}
a: {{ toYaml $m | nindent 2 }}""",
}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
def test_what_is_recalled_is_what_helm_prints(text: str, tmp_path: Path) -> None:
    named = {name: f"metadata: {{name: {name}}}\n{text}" for name in ("one", "two")}
    files = {f"{name}.yaml": f"kind: A\n{text}" for name, text in named.items()}
    chart = make_chart(tmp_path / "small", files, {"a": 1})
    expected = list(goyaml.load_all(helm_template(chart, 4).stdout))
    renderer = Renderer(chart)
    for _ in range(3):
        found = renderer.render(collect([{}]), RELEASE).manifests
        assert goyaml.load_all(to_yaml(found)) == expected
    assert len(expected) == 2


def test_calls_are_as_deep_when_a_part_is_recalled() -> None:
    templates = Templates()
    deeper = '{{ if gt (int .) 1 }}{{ include "x" (. | int | add -1 | toString) }}{{ end }}end'
    templates.add("x", deeper)
    templates.add("900", '{{ include "x" "900" | len }}')
    templates.add("1100", '{{ include "x" "1100" | len }}')
    assert templates.render("900", {}) == "2700"
    with pytest.raises(TemplateError, match="nested in itself without end"):
        templates.render("1100", {})


def test_a_template_that_is_replaced_is_forgotten() -> None:
    templates = Templates()
    templates.add("file", '{{ include "x" "a" }}')
    templates.add("x", "first")
    assert templates.render("file", {}) == "first"
    templates.add("x", "second")
    assert templates.render("file", {}) == "second"


def test_each_rendering_has_values_of_its_own() -> None:
    templates = Templates()
    templates.add("x", "{{ .a }}")
    for name in ("one", "two"):
        templates.add(name, '{{ include "x" .Values }}')
    for number in range(3):
        data = {"Values": {"a": number}}
        assert [templates.render(name, data) for name in ("one", "two")] == [str(number)] * 2


def test_threads_share_a_renderer() -> None:
    renderer = Renderer()
    names = [f"release-{number}" for number in range(24)]

    def rendered(name: str) -> str:
        return to_yaml(renderer.render(collect([{}]), Release(name, "team")).manifests)

    alone = [rendered(name) for name in names]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(rendered, names)) == alone
