"""A value that a template returns as YAML or JSON is what it would be after its way through text."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine import Release, to_yaml
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.template.datatext import copied
from dask_helm.engine.template.functions.data import from_yaml, must_from_json, to_json
from dask_helm.engine.template.functions.data import to_yaml as written
from dask_helm.engine.template.templates import Templates
from dask_helm.engine.values import collect
from dask_helm.errors import TemplateError
from dask_helm.renderer import Renderer
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.charts import RELEASE, helm_template, make_chart

SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=90),
    st.text(st.characters(codec="ascii"), max_size=200),
    st.sampled_from(["<<", "y", "null", "1e3", "0x1", "-0", "a: b", "- x", "#", "{}", " ", "", "~"]),
)  # fmt: skip
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALAR.map(str), inner, max_size=3),
)


@given(st.dictionaries(SCALAR.map(str), VALUE, max_size=4))
def test_a_copy_is_what_is_read_from_the_text(value: dict[str, Any]) -> None:
    copy = copied(value)
    if copy is not None:
        assert repr(sorted_(copy)) == repr(sorted_(from_yaml(written(value))))
        assert repr(sorted_(copy)) == repr(sorted_(must_from_json(to_json(value))))


def sorted_(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: sorted_(value[key]) for key in sorted(value)}
    return [sorted_(item) for item in value] if isinstance(value, list) else value


def test_most_values_are_copied() -> None:
    value = {"a": [1, 2.5, None, True], "b": {"c": "text", "d": ""}, "e": {}, "f": []}
    copy = copied(value)
    assert copy == {**value, "a": [1.0, 2.5, None, True]}
    assert copy["b"] is not value["b"]


CHANGES = {
    "values are changed between two calls": """
{{ define "x" }}{{ .Values.a }}{{ end }}
a: {{ include "x" . }}{{ $_ := set .Values "a" 2 }}
b: {{ include "x" . }}""",
    "a map that was read is changed": """
{{ define "x" }}{{ dict "a" 1 | toYaml }}{{ end }}
{{ $m := include "x" (list 1) | fromYaml }}{{ $_ := set $m "a" 2 }}
a: {{ (include "x" (list 1) | fromYaml).a }}
b: {{ $m.a }}""",
    "a map is changed after it was returned": """
{{ define "x" }}{{ toYaml (first .) }}{{ end }}{{ $m := dict "a" (dict "b" 1) }}
{{ $n := include "x" (list $m) | fromYaml }}{{ $_ := set $m.a "b" 2 }}{{ $_ := set $n.a "c" 3 }}
a: {{ toJson $m }}
b: {{ toJson $n }}""",
    "a map is changed after it was printed": """
{{ define "x" }}{{ toYaml .m }}{{ $_ := set .m "a" 2 }}{{ end }}{{ $m := dict "a" 1 }}
a: {{ include "x" (dict "m" $m) | fromYaml | toJson }}
b: {{ toJson $m }}""",
    "text stands around the YAML": """
{{ define "x" }}z: 1{{ "\\n" }}{{ toYaml . }}{{ end }}
a: {{ include "x" (dict "b" 2) | fromYaml | toJson }}""",
    "the YAML is of another type": """
{{ define "x" }}{{ toYaml . }}{{ end }}
a: {{ include "x" (list 1 2) | fromYaml | toJson | quote }}
b: {{ include "x" (dict "a" 1) | fromYamlArray | toJson | quote }}
c: {{ include "x" nil | fromYaml | toJson | quote }}""",
    "a value is returned as JSON": """
{{ define "x" }}{{ toJson . }}{{ end }}
a: {{ include "x" (dict "a" 1 "b" (list -0.0 "<<" "é") "<<" nil) | mustFromJson | toJson | quote }}
b: {{ include "x" (list 1 2) | mustFromJson | toJson | quote }}
c: {{ include "x" nil | mustFromJson | toJson | quote }}
d: {{ include "x" (dict "a" 1) | fromYaml | toJson | quote }}
e: {{ include "x" "text" | mustFromJson | quote }}
f: {{ include "x" (dict "a" "x") | len }}""",
    "the YAML goes through several templates": """
{{ define "x" }}{{ toYaml . }}{{ end }}{{ define "y" }}{{ include "x" .m }}{{ end }}
a: {{ include "y" (dict "m" (dict "a" 1 "b" (list 1 "x" nil))) | fromYaml | toJson }}
b: {{ include "y" (dict "m" (dict "a" "two\\nlines" "e" "é")) | fromYaml | toJson }}
c: {{ include "y" (dict "m" (dict "a" 1)) | nindent 2 }}
d: {{ include "y" (dict "m" (dict "a" 1)) | len }}""",
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_what_is_returned_is_what_helm_returns(text: str, tmp_path: Path) -> None:
    named = {name: f"metadata: {{name: {name}}}\n{text}" for name in ("one", "two")}
    files = {f"{name}.yaml": f"kind: A\n{text}" for name, text in named.items()}
    chart = make_chart(tmp_path / "small", files, {"a": 1})
    expected = goyaml.load_all(helm_template(chart, 4).stdout)
    renderer = Renderer(chart)
    for _ in range(2):
        found = renderer.render(collect([{}]), RELEASE).manifests
        assert goyaml.load_all(to_yaml(found)) == expected
    assert len(expected) == 2


def test_templates_can_call_one_another_as_deep_as_in_helm() -> None:
    templates = Templates()
    deeper = '{{ if gt (int .) 1 }}{{ include "x" (. | int | add -1 | toString) }}{{ end }}end'
    templates.add("x", deeper)
    templates.add("900", '{{ include "x" "900" | len }}')
    templates.add("1100", '{{ include "x" "1100" | len }}')
    assert templates.render("900", {}) == "2700"
    with pytest.raises(TemplateError, match="nested in itself without end"):
        templates.render("1100", {})
    assert templates.render("900", {}) == "2700"


def test_threads_share_a_renderer() -> None:
    renderer = Renderer()
    names = [f"release-{number}" for number in range(24)]

    def rendered(name: str) -> str:
        return to_yaml(renderer.render(collect([{}]), Release(name, "team")).manifests)

    alone = [rendered(name) for name in names]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(rendered, names)) == alone
