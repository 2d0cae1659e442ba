"""What templates gave before is only used where a template would give it again."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dask_helm import goyaml
from dask_helm.data import folder
from dask_helm.errors import TemplateError
from dask_helm.gotemplate import keys
from dask_helm.gotemplate.lexer import Source
from dask_helm.gotemplate.scope import Scope
from dask_helm.gotemplate.templates import Templates
from dask_helm.gotemplate.types import Object
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


@pytest.fixture(autouse=True)
def keys_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "OFTEN", 1)


def demanding(text: str, inputs: list[str]) -> str:
    """Return a file that calls a template with these inputs."""
    calls = (f'c{n}: {{{{ include "x" ({each}) | quote }}}}' for n, each in enumerate(inputs))
    file = "\n".join([OTHERS, f'{{{{ define "x" }}}}{text}{{{{ end }}}}', *calls])
    return file.replace("`", '"')


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

# Templates, and inputs that give each of them something else.
DEMANDS = {
    "a key": ("{{ .a }}", "dict `a` 1", "dict `a` 2", "dict"),
    "a key of the input in a range": (
        "{{ range .l }}{{ $.a }}{{ end }}",
        "dict `l` (list 1) `a` 1",
        "dict `l` (list 1) `a` 2",
        "dict `l` (list 1 1) `a` 1",
    ),
    "a key of the elements of a range": (
        "{{ range .l }}{{ .a }}{{ end }}",
        "dict `l` (list (dict `a` 1))",
        "dict `l` (list (dict `a` 2))",
    ),
    "a with and its else": (
        "{{ with .m }}{{ .a }}{{ else }}{{ .a }}!{{ end }}",
        "dict `m` (dict `a` 1) `a` 1",
        "dict `m` (dict `a` 2) `a` 1",
        "dict `m` dict `a` 1",
        "dict `m` dict `a` 2",
    ),
    "variables": (
        "{{ $v := .a }}{{ if .c }}{{ $v = .b }}{{ end }}{{ $v }}{{ $d := . }}{{ $d.d }}",
        "dict `a` 1 `b` 2 `c` 0 `d` 1",
        "dict `a` 1 `b` 3 `c` 1 `d` 1",
        "dict `a` 1 `b` 3 `c` 1 `d` 2",
        "dict `a` 2 `b` 2 `c` 0 `d` 1",
    ),
    "the variable of the input is set": (
        "{{ $ = .b }}{{ $.a }}", "dict `b` (dict `a` 1)", "dict `b` (dict `a` 2)"
    ),
    "another template with a part": (
        "{{ include `a` .b }}{{ template `a` .c }}",
        "dict `b` (dict `a` 1) `c` (dict `a` 1)",
        "dict `b` (dict `a` 2) `c` (dict `a` 1)",
        "dict `b` (dict `a` 1) `c` (dict `a` 2)",
    ),
    "another template with the same": (
        "{{ include `a` . }}{{ template `a` $ }}", "dict `a` 1", "dict `a` 2"
    ),
    "another template with a part of an element": (
        "{{ range .l }}{{ include `a` .b }}{{ include `a` $.b }}{{ end }}",
        "dict `l` (list (dict `b` (dict `a` 1))) `b` (dict `a` 1)",
        "dict `l` (list (dict `b` (dict `a` 2))) `b` (dict `a` 1)",
        "dict `l` (list (dict `b` (dict `a` 1))) `b` (dict `a` 2)",
    ),
    "another template with a new map": (
        "{{ include `root` (dict `root` . `b` .c `c` (upper .d)) }}",
        "dict `a` (dict `b` 1) `c` 1 `d` `x`",
        "dict `a` (dict `b` 2) `c` 1 `d` `x`",
        "dict `a` (dict `b` 1) `c` 2 `d` `x`",
        "dict `a` (dict `b` 1) `c` 1 `d` `y`",
    ),
    "another template that demands all": (
        "{{ include `whole` (dict `b` .a) }}{{ include `whole` .c }}",
        "dict `a` 1 `c` 1", "dict `a` 2 `c` 1", "dict `a` 1 `c` 2",
    ),
    "another template of which one knows no name": (
        "{{ include (printf `%s` `a`) . }}", "dict `a` 1", "dict `a` 2"
    ),
    "another template whose name is in the input": (
        "{{ .a }}{{ if .b }}{{ include .name .b }}{{ end }}",
        "dict `a` 1 `b` (dict `a` 1 `b` (dict `a` 1)) `name` `itself`",
        "dict `a` 1 `b` (dict `a` 1 `b` (dict `a` 2)) `name` `itself`",
    ),
    "a template that calls itself": (
        "{{ include `itself` . }}",
        "dict `a` 1 `c` 1 `b` (dict `a` 1 `c` 1 `b` (dict `a` 1))",
        "dict `a` 1 `c` 1 `b` (dict `a` 1 `c` 1 `b` (dict `a` 2))",
    ),
    "the whole input": (
        "{{ toJson . }}{{ len $ }}{{ hasKey . `a` }}", "dict", "dict `a` nil", "dict `b` 1"
    ),
    "missing or null": ("{{ kindOf .a }}{{ hasKey .b `c` }}", "dict `b` dict", "dict `b` (dict `c` nil)"),
    "types": (
        "{{ kindOf .a }}",
        "dict `a` 1", "dict `a` 1.0", "dict `a` true", "dict `a` `1`", "dict `a` (int64 1)",
        "dict `a` (list 1)", "dict `a` (dict `1` 1)", "dict `a` nil",
    ),
    "values, and a part of them": (
        "{{ .v.a }}{{ toJson .v }}", "dict `v` .Values", "dict `v` (dict `a` 1)", "dict `v` (dict `a` 2)"
    ),
    "the name of the file": ("{{ .root.Template.Name }}", "dict `root` .", "dict `root` $"),
    "a list of strings": ("{{ toJson .a }}", "dict `a` (splitList `,` `a`)", "dict `a` (list `a` `b`)"),
}  # fmt: skip
OTHERS = """
{{ define "a" }}{{ .a }}{{ end }}
{{ define "root" }}{{ .root.a.b }}{{ .b }}{{ .c }}{{ end }}
{{ define "whole" }}{{ toJson . }}{{ end }}
{{ define "itself" }}{{ .a }}{{ if .c }}{{ include "itself" .b }}{{ end }}{{ end }}"""
CALLS["a map is changed between two calls"] = """
{{ define "x" }}{{ .m.a }}{{ end }}{{ $m := dict "a" 1 }}
a: {{ include "x" (dict "m" $m) }}{{ $_ := set $m "a" 2 }}
b: {{ include "x" (dict "m" $m) }}"""
CALLS["what is handed over"] = """
{{ define "x" }}{{ toYaml .m }}{{ end }}{{ $m := dict "a" 1 }}
a: {{ (include "x" (dict "m" $m) | fromYaml).a }}{{ $_ := set $m "a" 2 }}
b: {{ (include "x" (dict "m" $m) | fromYaml).a }}
c: {{ (include "x" (dict "m" (dict "a" 1)) | fromYaml).a }}"""
CALLS |= {name: demanding(text, inputs) for name, (text, *inputs) in DEMANDS.items()}


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


RUNS = {
    "text": 1,
    "{{ .root.Values.a }}": 1,
    "{{ .m }}": 3,
    "{{ .missing }}": 1,
    "{{ with .root.Values }}{{ .d }}{{ end }}": 1,
    "{{ .root.Values }}": 1,
    '{{ include "name" .root }}': 1,
    '{{ include "root" . }}': 1,
    '{{ include "root" (dict "root" .root "x" .d.n) }}': 1,
    '{{ include (print "root") . }}': 99,
    "{{ .d }}": 99,
    "{{ len . }}": 99,
    "{{ kindOf .root.Files }}": 99,
}
CALLED = """
{{ define "name" }}{{ .Values.a }}{{ end }}
{{ define "root" }}{{ .root.Values.a }}{{ end }}
{{ range $n := until 99 }}
{{ $_ := include "x" (dict "root" $ "d" (dict "n" $n) "m" (mod $n 3 | int)) %s }}
{{ end }}"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each template ran."""
    counted, call = Counter[str](), Scope.call

    def counting(scope: Scope, source: Source, offset: int, name: str, *rest: Any) -> Any:
        counted[name] += 1
        return call(scope, source, offset, name, *rest)

    monkeypatch.setattr(Scope, "call", counting)
    return counted


@pytest.mark.parametrize("reading", ["", "| fromYaml"])
@pytest.mark.parametrize(("text", "runs"), RUNS.items())
def test_a_template_runs_once_for_what_it_demands(
    text: str, runs: int, reading: str, run: Counter[str]
) -> None:
    templates = Templates()
    templates.add("x", text)
    templates.add("file", CALLED % reading)
    templates.render("file", {"Values": {"a": 1}, "Files": Object()})
    assert run["x"] == runs


def test_each_file_is_a_root_of_which_little_is_demanded(run: Counter[str]) -> None:
    templates = Templates()
    templates.add("x", "{{ .Values.a }}")
    for name in ("one", "two"):
        templates.add(name, '{{ include "x" . }}')
    texts = [
        templates.render(name, {"Values": {"a": number}, "Template": {"Name": name}})
        for number in (1, 2, 1)
        for name in ("one", "two")
    ]
    assert texts == ["1", "1", "2", "2", "1", "1"]
    assert run["x"] == 2


@pytest.mark.parametrize(("different", "runs"), [(20, 20), (50, 200)])
def test_a_template_that_always_gets_something_else_is_given_up(
    different: int, runs: int, run: Counter[str]
) -> None:
    templates = Templates()
    templates.add("x", "{{ .n }}")
    called = '{{ range $n := until 200 }}{{ include "x" (dict "n" (mod $n %d | int)) }}{{ end }}'
    templates.add("file", called % different)
    templates.render("file", {})
    assert run["x"] == runs
    assert templates._scope.texts.given_up == ({"x"} if runs == 200 else set())
    templates.add("other", "")
    assert templates._scope.texts.given_up == set()


def test_an_error_stays_one_where_what_is_passed_on_is_not_read() -> None:
    templates = Templates()
    templates.add("a", "text")
    templates.add("x", '{{ include "a" (dict "c" .b.c.d) }}{{ include "a" .c.d.e }}')
    templates.add("file", '{{ include "x" (dict "b" .b "c" .c) }}')
    good: dict[str, Any] = {"c": {"d": {}}, "d": {"e": {}}}
    bad = {"c": None, "d": None}
    assert templates.render("file", {"b": good, "c": good}) == "texttext"
    for data in ({"b": bad, "c": good}, {"b": good, "c": bad}):
        with pytest.raises(TemplateError, match="missing"):
            templates.render("file", data)


def test_many_templates_that_call_one_another_demand_not_too_much() -> None:
    templates = Templates()
    templates.add("x0", "{{ .a }}")
    for number in range(60):
        calls = '{{ include "x%d" .b }}{{ include "x%d" .c }}' % (number, number)  # noqa: UP031
        templates.add(f"x{number + 1}", "{{ if .d }}" + calls + "{{ end }}{{ .a }}")
    templates.add("file", '{{ include "x60" .x }}')
    for a in (1, 2):
        inner = {"d": 1, "b": {"a": a}, "c": {}}
        text = templates.render("file", {"x": {"d": 1, "b": inner, "c": {"a": a}, "a": 3}})
        assert text == f"{a}<no value><no value>{a}3".replace("<no value>", "")


def test_demands_change_with_the_templates_that_are_called() -> None:
    templates = Templates()
    templates.add("x", '{{ include "a" .b }}')
    templates.add("file", '{{ include "x" (dict "b" .b) }}')
    for text in ("{{ .one }}", "{{ .two }}", "{{ .one }}{{ .two }}"):
        templates.add("a", text)
        for one, two in ((1, 1), (1, 2), (2, 2), (2, 1)):
            known = {"{{ .one }}": f"{one}", "{{ .two }}": f"{two}"}
            rendered = templates.render("file", {"b": {"one": one, "two": two}})
            assert rendered == known.get(text, f"{one}{two}")


def test_threads_share_a_renderer() -> None:
    renderer = Renderer()
    names = [f"release-{number}" for number in range(24)]

    def rendered(name: str) -> str:
        return to_yaml(renderer.render(collect([{}]), Release(name, "team")).manifests)

    alone = [rendered(name) for name in names]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(rendered, names)) == alone
