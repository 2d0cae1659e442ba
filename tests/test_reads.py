"""Which values templates read, by construct; and the chart reads what its schema has."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from dask_helm.errors import TemplateError
from dask_helm.gotemplate.reads import reads

from tests.paths import CHART
from tests.rendering import template
from tests.test_schema import VALUES, Schema, leaves

FOLDER = CHART / "templates"
TEMPLATES = {
    str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*") if path.is_file()
}
OVERLAY = TEMPLATES["_overlay.tpl"]
Path = tuple[str, ...]


def read_by(text: str, **partials: str) -> set[str]:
    files = {f"_{name}.tpl": partial for name, partial in partials.items()}
    return set(reads({"file.yaml": text, **files}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .Values.a.b }}", "a.b"),
        ("{{ $.Values.a.b }}", "a.b"),
        ("{{ (.Values.a).b }}", "a.b"),
        ("{{ .Release.Name }} {{ .Chart.Version }}", ""),
        ("{{ .Values.a | quote }}", "a"),
        ("{{ .Values | toYaml }}", "*"),
        ("{{ .Values.a | toYaml | nindent 2 }}", "a"),
        ("{{ $x := .Values.a }}", ""),
        ("{{ $x := .Values.a }}{{ $x.b }}", "a.b"),
        ("{{ $x := 1 }}{{ if .Values.c }}{{ $x = .Values.a }}{{ end }}{{ $x }}", "a c"),
        ('{{ $x := "" }}{{ range list 1 2 }}{{ $x }}{{ $x = $.Values.a }}{{ end }}', "a"),
        ("{{ if .Values.a }}x{{ else if .Values.b }}{{ else }}{{ .Values.c }}{{ end }}", "a b c"),
        ("{{ with .Values.a }}{{ .b }}{{ else }}{{ .Values.c }}{{ end }}", "a a.b c"),
        ("{{ with $x := .Values.a }}{{ $x.b }}{{ end }}", "a a.b"),
        ("{{ if not .Values.a }}x{{ end }}", "a"),
        ("{{ if and .Values.a (or .Values.b .Values.c) }}x{{ end }}", "a b c"),
        ('{{ if eq .Values.a "x" }}x{{ end }}', "a"),
        ('{{ if kindIs "map" .Values.a }}x{{ end }}', ""),
        ("{{ $x := int .Values.a }}", "a"),
        ("{{ (.Values.a | default dict).b }}", "a.b"),
        ("{{ coalesce .Values.a .Values.b }}", "a b"),
        ("{{ .Values.a | ternary .Values.b .Values.c }}", "a b c"),
        ('{{ .Values.a | required "is missing" }}', "a"),
        ("{{ .Files.Get .Values.a }}", "a"),
        ('{{ template "file.yaml" }}', ""),
        ('{{ block "x" .Values.a }}{{ .b }}{{ end }}', "a.b"),
    ],
)
def test_constructs(text: str, expected: str) -> None:
    assert read_by(text) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ range .Values.a }}{{ . }}{{ end }}", "a.*"),
        ("{{ range .Values.a }}{{ .b }}{{ end }}", "a.*.b"),
        ("{{ range $key, $value := .Values.a }}{{ $value.b }}{{ end }}", "a.*.b"),
        ("{{ range $key, $value := .Values.a }}{{ $key }}{{ end }}", ""),
        ("{{ range .Values.a }}- x{{ end }}", "a"),
        ("{{ range .Values.a }}{{ else }}{{ end }}", ""),
        ("{{ range .Values.a }}{{ else }}none{{ end }}", "a"),
        ('{{ range list "a" "b" }}{{ get $.Values . }}{{ end }}', "a b"),
        (
            '{{ range $k, $v := dict "a" .Values.b }}{{ $v.c }}{{ get $.Values $k }}{{ end }}',
            "a b.c",
        ),
        ("{{ range until 3 }}{{ $.Values.a }}{{ end }}", "a"),
        ("{{ range keys .Values.a }}{{ index $.Values.b . }}{{ end }}", "b.*"),
        ("{{ range values .Values.a }}{{ .b }}{{ end }}", "a.*.b"),
        ("{{ range .Values.a }}{{ if .b }}{{ continue }}{{ end }}{{ .c }}{{ end }}", "a.*.b a.*.c"),
    ],
)
def test_ranges(text: str, expected: str) -> None:
    assert read_by(text) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ (dict "x" .Values.a "y" .Values.b).x }}', "a"),
        ("{{ $x := dict .Values.a .Values.b }}", "a"),
        ('{{ index .Values "a" "b" 0 }}', "a.b.0"),
        ("{{ index .Values.a .Values.b }}", "a.* b"),
        ('{{ dig "b" "c" .Values.d .Values.a }}', "a.b.c d"),
        ('{{ if hasKey .Values.a "b" }}x{{ end }}', "a.b"),
        ('{{ toYaml (pick .Values.a "b" "c") }}', "a.b a.c"),
        ('{{ $x := pick .Values.a "b" "c" }}{{ $x.b }}{{ $x.d }}', "a.b"),
        ('{{ $x := omit (dict "p" .Values.a "q" .Values.b) "p" }}{{ toYaml $x }}', "b"),
        ('{{ range pluck "x" .Values.a .Values.b }}{{ . }}{{ end }}', "a.x b.x"),
        ("{{ (merge .Values.a .Values.b).x }}", "a.x b.x"),
        ("{{ $x := dict }}{{ $_ := mustMerge $x .Values.a }}{{ $x.y }}", "a.y"),
        ('{{ $x := dict }}{{ $_ := set $x "k" .Values.a }}{{ $x.k.l }}{{ $x.m }}', "a.l"),
        ('{{ $x := dict "y" dict }}{{ $_ := set $x.y "k" .Values.a }}{{ $x.y.k }}', "a"),
        ("{{ (list .Values.a .Values.b | first).x }}", "a.x"),
        ("{{ (list .Values.a .Values.b | last).x }}", "b.x"),
        ("{{ (last .Values.a).x }}", "a.*.x"),
        ("{{ range concat .Values.a (list .Values.b) }}{{ .x }}{{ end }}", "a.*.x b.x"),
        ("{{ (append (list .Values.a) .Values.b | last).x }}", "a.x b.x"),
        ("{{ range reverse (list .Values.a .Values.b) }}{{ .x }}{{ end }}", "a.x b.x"),
        ("{{ (.Values.a | toYaml | fromYaml).b }}", "a.b"),
    ],
)
def test_maps_and_lists(text: str, expected: str) -> None:
    assert read_by(text) == set(expected.split())


COPY = "{{ $c := dict }}{{ range $k, $v := .Values.a }}{{ $_ := set $c $k $v }}{{ end }}"


def test_a_copied_map_has_the_keys_of_the_first() -> None:
    assert read_by(COPY) == set()
    assert read_by(COPY + "{{ $c.x.y }}") == {"a.x.y"}
    assert read_by(COPY + "{{ toYaml $c }}") == {"a.*"}


def test_a_value_under_another_key_may_be_any() -> None:
    other = COPY.replace("$c $k", '$c (printf "%s!" $k)')
    assert read_by(other + "{{ $c.x.y }}") == {"a.*.y"}


def test_an_include_that_prints_one_value_can_be_loaded_again() -> None:
    overlay = '{{ $m := include "dask.overlay" (list .Values.a .Values.b) | fromYaml }}'
    assert read_by(overlay, overlay=OVERLAY) == set()
    assert read_by(overlay + "{{ $m.x.y }}", overlay=OVERLAY) == {"a.x.y", "b.x.y"}


def test_a_value_beside_other_text_is_read_with_the_whole() -> None:
    define = '{{ define "x" }}key: {{ .Values.a | quote }}{{ end }}'
    assert read_by('{{ (include "x" . | fromYaml).key }}', x=define) == {"a"}
    assert read_by('{{ $x := include "x" . | fromYaml }}', x=define) == set()


def test_what_an_include_tests_is_read_although_nothing_is_printed() -> None:
    define = '{{ define "x" }}{{ if .a }}{{ end }}{{ end }}'
    assert read_by('{{ $x := include "x" .Values }}', x=define) == {"a"}


def test_includes_by_constant_names() -> None:
    define = '{{ define "x.one" }}{{ .a }}{{ end }}{{ define "x.two" }}{{ .b }}{{ end }}'
    text = '{{ range list "one" "two" "three" }}{{ include (printf "x.%s" .) $.Values }}{{ end }}'
    assert read_by(text, x=define) == {"a", "b"}


def test_a_name_that_is_not_known_reads_the_argument() -> None:
    assert read_by("{{ include .Values.name .Values.a }}") == {"name", "a"}


def test_templates_that_include_themselves_end() -> None:
    define = '{{ define "x" }}{{ .v }}{{ include "x" .next }}{{ include "y" . }}{{ end }}'
    mutual = '{{ define "y" }}{{ include "x" (dict "next" . "v" .w) }}{{ end }}'
    found = read_by('{{ include "x" .Values }}', x=define, y=mutual)
    assert {"v", "w", "next.v", "next.next.v"} <= found


def test_the_definition_higher_up_counts() -> None:
    files = {
        "_x.tpl": '{{ define "x" }}{{ .a }}{{ end }}',
        "deep/_x.tpl": '{{ define "x" }}{{ .b }}{{ end }}',
        "file.yaml": '{{ template "x" .Values }}',
    }
    assert reads(files) == {"a": {"file.yaml"}}


def test_a_read_goes_to_every_file_that_is_rendered() -> None:
    files = {
        "_x.tpl": '{{ define "x" }}{{ .a }}{{ end }}{{ define "unused" }}{{ .b }}{{ end }}',
        "one.yaml": '{{ include "x" .Values }}',
        "sub/two.txt": '{{ include "x" .Values }}{{ .Values.c }}',
    }
    assert reads(files) == {"a": {"one.yaml", "sub/two.txt"}, "c": {"sub/two.txt"}}


@pytest.mark.parametrize(
    "function", ["first", "last", "get", "set", "pick", "dig", "pluck", "printf"]
)
def test_a_call_without_arguments_is_for_the_renderer_to_refuse(function: str) -> None:
    assert read_by(f"{{{{ {function} }}}}{{{{ .Values.a }}}}") == {"a"}


def test_what_is_no_template_is_refused_with_its_place() -> None:
    with pytest.raises(TemplateError, match=r"file\.yaml:2"):
        reads({"file.yaml": "x\n{{ if }}"})


# The chart

FOUND = reads(TEMPLATES)
READ = {tuple(path.split(".")) for path in FOUND}
# Printed as it stands: reading it reads the keys that the schema names below it.
WHOLE = {"podSpec"}
# In the schema and read by no template.
UNREAD = {("global",)}  # an umbrella chart sets it


def described() -> Iterator[Path]:
    """Yield the leaves of the schema; a pool is called *."""
    pool: Schema = VALUES["properties"]["workers"]["additionalProperties"]
    found = [*leaves(VALUES), *leaves(pool, ("workers", "*"))]
    for path, node in found:
        is_leaf = "properties" not in node and path != ("workers",)
        if path[-1] in WHOLE or (is_leaf and not WHOLE & set(path)):
            yield path


LEAVES = set(described())


def leads_to(short: Path, long: Path) -> bool:
    """Whether a path is another or stands above it; * is any key."""
    pairs = zip(short, long, strict=False)
    return len(short) <= len(long) and all(a == b or "*" in (a, b) for a, b in pairs)


def is_looked_up_in_a_layer_below(path: Path) -> bool:
    """Overlays look up every key of a component in podDefaults, which the schema lets have few."""
    components = (("scheduler",), ("workerDefaults",), ("jupyter",))
    layered = [(*component, *path[1:]) for component in components]
    return path[0] == "podDefaults" and any(map(is_described, layered))


def is_part_of_every_service(path: Path) -> bool:
    """All Services come of one template; the schema gives those of pools no ports, no address."""
    place = next((i for i, key in enumerate(path) if key == "service"), len(path))
    return path[place + 1 : place + 2] in (("nodePorts",), ("clusterIP",))


def is_described(path: Path) -> bool:
    return any(leads_to(path, leaf) or leads_to(leaf, path) for leaf in LEAVES)


def test_every_leaf_of_the_schema_is_read() -> None:
    unread = {leaf for leaf in LEAVES if not any(leads_to(leaf, path) for path in READ)}
    assert unread == UNREAD


def test_every_read_is_in_the_schema() -> None:
    exceptions = (is_looked_up_in_a_layer_below, is_part_of_every_service)
    unknown = {path for path in READ if not is_described(path)}
    assert {path for path in unknown if not any(allowed(path) for allowed in exceptions)} == set()


@pytest.mark.parametrize("allowed", [is_looked_up_in_a_layer_below, is_part_of_every_service])
def test_the_exceptions_are_needed(allowed: object) -> None:
    assert callable(allowed)
    assert any(allowed(path) for path in READ if not is_described(path))


def test_no_layer_is_read_as_a_whole() -> None:
    layers = {(name,) for name in ("podDefaults", "scheduler", "workerDefaults", "jupyter")}
    assert not READ & (layers | {(*layer, "*") for layer in layers} | {("workers", "*", "*")})


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("scheduler.service.type", "NOTES.txt validate.yaml"),
        ("scheduler.service.*", "scheduler/service.yaml"),
        ("scheduler.dashboard.ingress.className", "scheduler/ingress.yaml"),
        ("jupyter.persistence.size", "jupyter/pvc.yaml"),
        ("workers.*.replicas", "workers/pools.yaml"),
        ("workers.*.service.enabled", "workers/pools.yaml"),
        ("workers.*.gpu.resource", "validate.yaml workers/pools.yaml"),
        ("scheduler.affinity", "scheduler/deployment.yaml"),
    ],
)
def test_files_of_the_chart(path: str, files: str) -> None:
    assert FOUND[path] == set(files.split())


EXAMPLES = [
    (path, node["examples"][0])
    for path, node in leaves(VALUES)
    if "examples" in node and path != ("scheduler", "address")  # needs enabled: false beside it
]


def sources(values: Schema) -> dict[str, set[str]]:
    """Return the documents that Helm renders, by the file they come from."""
    found: dict[str, set[str]] = {}
    documents = template(values).stdout.split("---\n# Source: dask/templates/")
    for name, _, text in (document.partition("\n") for document in documents[1:]):
        found.setdefault(name, set()).add(text.strip())
    return found


@pytest.fixture(scope="module")
def default_sources() -> dict[str, set[str]]:
    found = sources({})
    assert {"scheduler/deployment.yaml", "workers/pools.yaml"} <= found.keys()
    return found


@pytest.mark.parametrize(
    ("path", "example"), EXAMPLES, ids=lambda item: ".".join(item) if type(item) is tuple else ""
)
def test_what_changes_when_helm_renders_an_example_reads_it(
    path: Path, example: object, default_sources: dict[str, set[str]]
) -> None:
    values: Any = example
    for key in reversed(path):
        values = {key: values}
    after = sources(values)
    files = default_sources.keys() | after.keys()
    changed = {file for file in files if default_sources.get(file) != after.get(file)}
    near = (read for read in READ if leads_to(read, path) or leads_to(path, read))
    assert changed <= {file for read in near for file in FOUND[".".join(read)]}


def test_a_value_that_no_template_reads_any_more_is_found() -> None:
    line = "{{- with $values.initContainers }}"
    assert line in TEMPLATES["_pod.tpl"]
    without = TEMPLATES["_pod.tpl"].replace(line, "{{- with false }}")
    found = reads({**TEMPLATES, "_pod.tpl": without})
    assert {path for path in FOUND if path not in found} == {
        f"{place}.initContainers"
        for place in ("podDefaults", "scheduler", "workerDefaults", "workers.*", "jupyter")
    }


def test_reading_the_chart_takes_few_steps() -> None:
    """Explain does it each time. Calls are counted: how long they take depends on the machine."""
    calls = Counter[str]()
    sys.setprofile(lambda _, event, __: calls.update([event]))
    try:
        reads(TEMPLATES)
    finally:
        sys.setprofile(None)
    assert calls["call"] < 800_000  # 0.4 million when this was written: 0.2 s
