"""What we say to wrong values: the tables beside, and that what they say to write is right.

refusals.txt is about the schema, rules.txt about the chart's own rules, unreadable.txt about YAML.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine import Release
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import Values, collect, merge_maps
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.values.merge import copied
from dask_helm.errors import Place, Problem, UsageError, ValuesError, YamlError
from dask_helm.renderer import Renderer
from dask_helm.values import check
from dask_helm.values.descriptions import PATTERNS

from harness.programs import helm
from tests.engine.values import oracle
from tests.paths import CHART
from tests.test_refusals import TYPING
from tests.values.own import DEFAULTS, SCHEMA
from tests.values.refusals import Refusal, table

WRONG = [*table("refusals"), *table("rules")]
EVERY_CASE = pytest.mark.parametrize("case", WRONG, ids=lambda case: case.name)
RENDERER, RELEASE = Renderer(), Release("demo", "team")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(values: Values) -> list[Problem]:
    with pytest.raises(ValuesError) as raised:
        RENDERER.render(values, RELEASE)
    return raised.value.problems


def written(text: str) -> Values:
    Path("values.yaml").write_text(text)
    return collect(["values.yaml"])


def paths(data: Any, path: ValuePath = ()) -> Iterator[ValuePath]:
    yield path
    items: Any = enumerate(data) if isinstance(data, list) else ()
    for key, value in data.items() if isinstance(data, dict) else items:
        yield from paths(value, (*path, key))


def without(data: dict[str, Any], path: ValuePath) -> None:
    """Take a value out, the whole list when it is inside one, and what is empty then."""
    keys = path[: next((i for i, key in enumerate(path) if isinstance(key, int)), None)]
    above: list[Any] = [data]
    for key in keys[:-1]:
        above.append(above[-1].get(key, {}))
    above[-1].pop(keys[-1], None)
    for holder, key in zip(above[-2::-1], keys[-2::-1], strict=True):
        if holder.get(key) == {}:
            del holder[key]


def mended(data: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return the values with everything that is wrong taken out, and what is to be written put in."""
    result = copied(data)
    known = {shown(path): path for path in paths(data)}
    for problem in problems:
        if problem.path in known:
            without(result, known[problem.path])
    for problem in problems:
        result = merge_maps(result, goyaml.load(problem.write or "{}"))
    return dict(result)


@EVERY_CASE
def test_the_message(case: Refusal) -> None:
    assert str(ValuesError(refused(written(case.values)))) == case.message


@pytest.mark.parametrize("case", table("unreadable"), ids=lambda case: case.name)
def test_the_message_for_what_cannot_be_read(case: Refusal) -> None:
    with pytest.raises(YamlError) as raised:
        written(case.values)
    assert str(raised.value) == case.message


@EVERY_CASE
def test_what_we_say_to_write_is_taken(case: Refusal) -> None:
    values = written(case.values)
    user = mended(values.data, refused(values))
    RENDERER.render(collect([user]), RELEASE)


def exit_code(text: str, version: int) -> int:
    command = [str(helm(version)), "template", RELEASE.name, str(CHART), "-f", "-"]
    return subprocess.run(
        command, input=text, text=True, capture_output=True, check=False
    ).returncode


def test_numbers_with_aliases_and_tags_of_yaml_are_taken() -> None:
    texts = (
        "image: {tag: &a 4711}\nscheduler: {image: {tag: *a}}",
        "image: {tag: !!int 4711}",
        "global: {image: {tag: 1e5}}\ndask: {config: {image: {tag: 0123}}}",
    )
    for text in texts:
        RENDERER.render(written(text), RELEASE)
    aliased = refused(written("podDefaults: {nodeSelector: {a: &a 4711, b: *a}}"))
    assert [problem.path for problem in aliased] == [
        "podDefaults.nodeSelector.a",
        "podDefaults.nodeSelector.b",
    ]


def test_helm_refuses_each_and_takes_what_we_say_to_write() -> None:
    # Helm does not refuse what it loses, and does not see how a number was written.
    unseen = ("Helm cannot write", "got the number 83 ")
    cases = [case for case in WRONG if not any(part in case.message for part in unseen)]
    given = [case.values for case in cases]
    right = [json.dumps(mended(goyaml.load(t), refused(written(t)))) for t in given]
    versions = list(islice(cycle(oracle.HELMS), len(cases)))
    with ThreadPoolExecutor(2) as pool:
        codes = [list(pool.map(exit_code, texts, versions)) for texts in (given, right)]
    judged = zip((case.name for case in cases), *codes, strict=True)
    assert [case for case in judged if case[1:] != (1, 0)] == []


@pytest.mark.parametrize("values", [case[1] for case in TYPING], ids=[case[0] for case in TYPING])
def test_every_problem_has_a_place_and_something_to_write(values: dict[str, Any]) -> None:
    found = written(goyaml.dump(values))
    for problem in refused(found):
        assert problem.place
        assert problem.write or problem.suggestion


def test_a_place_is_where_the_value_was_given_last() -> None:
    Path("a.yaml").write_text("workers:\n  a: {replicas: x}\nenv: 3\n")
    Path("b.yaml").write_text("# b\nworkers:\n  a:\n    replicas: y\n")
    values = collect(["a.yaml", "b.yaml"], set=["image.tag=x,workers.a.threads=0"])
    assert [(p.path, p.place) for p in refused(values)] == [
        ("env", Place("a.yaml", 3, 6)),
        ("workers.a.replicas", Place("b.yaml", 4, 15)),
        ("workers.a.threads", Place("--set image.tag=x,workers.a.threads=0", 0)),
    ]


def test_several_documents_in_one_file() -> None:
    values = written("env: 3\nworkers: {a: {replicas: x}}\n---\n# more\nenv: 4\n")
    places = [problem.place for problem in refused(values)]
    assert places == [Place("values.yaml", 2, 25), Place("values.yaml", 5, 6)]


def test_mappings_have_no_lines() -> None:
    (problem,) = refused(collect([{"workers": {"a": {"replicas": "3"}}}]))
    assert problem.place is None
    assert problem.write == "workers:\n  a:\n    replicas: 3\n"


def test_an_expression_is_its_own_place() -> None:
    (problem,) = refused(collect(set_string=["workers.a.replicas=3"]))
    assert str(problem.place) == "--set-string workers.a.replicas=3"
    assert problem.write == "workers:\n  a:\n    replicas: 3\n"


def test_wrong_defaults_are_the_charts_and_have_no_place() -> None:
    with pytest.raises(ValuesError, match=r"^scheduler\.replicas: must be 1, got the number 7"):
        check(Values({}), merge_maps(DEFAULTS, {"scheduler": {"replicas": 7.0}}), SCHEMA)


OTHER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "any": {"anyOf": [{"type": "integer"}, {"type": "object", "required": ["a"]}]},
        "one": {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
        "const": {"const": "x"},
        "map": {"type": "object", "minProperties": 1},
        "few": {"type": "array", "maxItems": 1, "items": {"type": "string"}},
        "even": {"type": "integer", "multipleOf": 2},
        "not": {"not": {"type": "string"}},
    },
    "patternProperties": {"^x-": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"any": "a"}, 'any: must be an integer, got the string "a"\n  write, for example:\n    any: 1'),
        ({"any": {}}, "any.a: is required\n  write, for example:\n    any:\n      a: VALUE"),
        ({"one": "abc"}, 'one: must be a string of at most 2 characters, got the string "abc"\n'
                         "  write:\n    one: ab"),
        ({"const": 1}, 'const: must be "x", got the number 1\n  write:\n    const: x'),
        ({"few": ["a", "b"]}, "few: must be a list of at most 1 item, got a list of 2 items\n"
                              "  write, for example:\n    few: []"),
        ({"map": {}}, "map: must be a map (lines of `key: value`) of at least 1 key, got a map of 0 keys"),
        ({"even": 3}, "even: must be an integer that is a multiple of 2, got the number 3\n"
                      "  write, for example:\n    even: 0"),
        ({"not": "x"}, 'not: must not be the string "x": {"type":"string"} is not allowed for "x"'),
        ({"y": 1}, "y: unknown top-level key; remove it, "
                   "or use one of: any, const, even, few, map, not, one"),
    ],
)  # fmt: skip
def test_schemas_of_other_charts(values: dict[str, Any], message: str) -> None:
    given = collect([values])
    with pytest.raises(ValuesError) as raised:
        check(given, given.data, OTHER)
    assert str(raised.value) == message


def test_many_mistakes_are_told_in_no_time() -> None:
    texts = {
        "items": "env: [" + "1," * 1000 + "]",
        "keys of items": "podDefaults: {tolerations: [" + "{efect: NoSchedule}," * 1000 + "]}",
        "pools": "workers: {" + "".join(f"p{i}: {{replica: 1}}," for i in range(1000)) + "}",
        "keys": "{" + "".join(f"workerz{i}: {{}}," for i in range(1000)) + "}",
        "values": "commonLabels: {" + "".join(f"k{i}: 1," for i in range(1000)) + "}",
    }
    for text in texts.values():
        values, start = written(text), time.process_time()
        message = str(ValuesError(refused(values)))
        assert message.count("values.yaml:1:") == 1000
        assert time.process_time() - start < 20
        assert len(message) < 300_000


def test_text_of_a_terminal_does_not_reach_it() -> None:
    (problem,) = refused(written('commonLabels: {"\\e[31m\\u202e\\u00a0": {"\\e": 1}}'))
    assert str(problem).isprintable() or "\n" in str(problem)
    assert problem.path == r'commonLabels."\u001b[31m\u202e\u00a0"'


def test_what_helm_loses_is_the_business_of_other_charts() -> None:
    given = collect([{"one": "\x7f"}])
    check(given, given.data, OTHER)


def test_bytes_that_are_no_text() -> None:
    Path("a.bin").write_bytes(b"a\xff")
    (problem,) = refused(collect(set_file=["commonAnnotations.a=a.bin"]))
    assert "the string contains a byte that is not UTF-8" in problem.message
    with pytest.raises(UsageError, match="contains a lone surrogate"):
        collect([{"commonAnnotations": {"a": "\ud800"}}])


def test_every_pattern_of_the_schema_has_words() -> None:
    found = set(patterns(SCHEMA))
    assert {p for p in found if "[KMGTPE]i" not in p} == set(PATTERNS)


def patterns(node: Any) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == "pattern" and isinstance(value, str):
            yield value
        yield from patterns(value)
    for item in node if isinstance(node, list) else ():
        yield from patterns(item)
