import json
from typing import Any

import pytest
import yaml
from dask_helm.engine import yaml as goyaml
from hypothesis import strategies as st

from tests.engine.yaml import oracle
from tests.engine.yaml.generating import generated
from tests.engine.yaml.values import LONG, NUMBERS, TEXTS, VALUES, WORDS

VERSIONS = (3, 4)
SHAPES: list[Any] = [
    None,
    True,
    False,
    {},
    [],
    [[]],
    [{}],
    [[], {}, None, [[]], [["a"]]],
    {"a": {}, "b": [], "c": None},
    [["a", ["b", ["c", {}]]], [{"a": 1}]],
    {"a": ["b", {"c": ["d"], "e": {"f": ["g"]}}], "h": {"i": [["j"], [["k"]]]}},
    [{"a": "b\nc", "d": ["e\nf\n"]}, "g\nh"],
    {"k" * 128: 1, "l" * 129: 2, "m" * 200: {"a": 1, "b": [1]}, "n" * 300: [["a"], {"b": 1}]},
    {"é" * 64: 1, "é" * 65: 2},
    {"a\nb": 1, "\n": [1], "c\td": 2, "": 3, " ": {"a": 1}, "-": 4, "y": 5, "1": 6, "<<": 7},
    {"a\nb c " + LONG * 2: "d\ne", LONG: LONG, "# " + LONG: [LONG]},
    {"x" * 1022: 1},
    {"x" * 1023: 1},
    {"a": {"b": {"c": {"d": {"e": {"f": [[[[LONG * 2]]]]}}}}}},
    [[[[[[LONG * 2, {"a": LONG * 2, LONG: LONG}]]]]]],
]
KEYS = """
a B b A aa ab a1 a2 a10 a02 a002 a20 a1b a1c a10b a-b a_b a.b a/b - _ . 1 2 10 01 1a a1- a12 a1.5 é ü z
app.kubernetes.io/name app.kubernetes.io/instance app v1 v1beta1 v10 v2 99999999999999999999 99999999999999999998
a99999999999999999999b a18446744073709551617 a0 a00 a000 a100 a1000 a٣ a٤ a٣٤
""".split()
ALL = [*WORDS, *TEXTS, *NUMBERS, *SHAPES]


WRITERS = (goyaml.dump, goyaml.dump_exactly, goyaml.dump_pretty, goyaml.json_dumps)


def written(value: Any) -> str:
    """Return what toYaml makes of the value: nothing where it fails."""
    try:
        return goyaml.dump(value).removesuffix("\n")
    except goyaml.MarshalError:
        return ""


def written_pretty(value: Any) -> str:
    return goyaml.dump_pretty(value).removesuffix("\n")


def assert_written_as_by_helm(values: list[Any], version: int) -> None:
    values = [oracle.floats(value) for value in values]
    assert list(map(written, values)) == oracle.ask("toYaml .", values, version)
    assert list(map(written_pretty, values)) == oracle.ask("toYamlPretty .", values, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_values(version: int) -> None:
    assert_written_as_by_helm(ALL, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_values_of_keys_and_in_lists(version: int) -> None:
    assert_written_as_by_helm([{"key": value, "list": [value]} for value in ALL], version)


@pytest.mark.parametrize("version", VERSIONS)
def test_texts_as_keys(version: int) -> None:
    assert_written_as_by_helm([{text: {text: 1}} for text in WORDS + TEXTS], version)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_order_of_any_two_keys(version: int) -> None:
    pairs = [{one: 1, other: 2} for one in KEYS for other in KEYS if one < other]
    assert_written_as_by_helm(pairs[::3] if version == VERSIONS[0] else pairs, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_whole_numbers_of_go(version: int) -> None:
    numbers = [0, 7, -7, 2**53 + 1, 2**63 - 1, -(2**63)]
    texts = [str(number) for number in numbers]
    assert oracle.ask("int64 . | toYaml", texts, version) == list(map(written, numbers))
    assert oracle.ask("int64 . | toYamlPretty", texts, version) == list(
        map(written_pretty, numbers)
    )


def test_numbers_of_a_manifest_beyond_those_of_go() -> None:
    assert goyaml.dump([2**64 - 1, 2**64]) == "- 18446744073709551615\n- 1.8446744073709552e+19\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_any_values(version: int) -> None:
    assert_written_as_by_helm(generated(VALUES), version)


NUMBER_LIKE = st.text("0123456789_.eE+-:xXobtTZ =<~", max_size=9)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_reader_reads_what_is_written_exactly(version: int) -> None:
    values = [*ALL, *({"key": value, "list": [value]} for value in ALL), *generated(VALUES)]
    values += [{text: {text: 1}} for text in WORDS + TEXTS] + generated(st.lists(NUMBER_LIKE))
    values = [[oracle.floats(value)] for value in values]
    texts = list(map(goyaml.dump_exactly, values))
    readers = zip(values, texts, oracle.ask("fromYamlArray .", texts, version), strict=True)
    for value, text, read_by_helm in readers:
        assert _signless(read_by_helm) == _signless(value), text
        assert _signless(goyaml.load(text)) == _signless(value), text
        assert _signless(yaml.safe_load(text)) == _signless(value), text


def _signless(value: Any) -> str:
    """Return the value as a text that tells types apart, but not 0 from -0 and 0.0."""
    return json.dumps(oracle.floats(value), sort_keys=True).replace("-0.0", "0.0")


def test_what_is_written_exactly_is_what_helm_writes_but_for_what_others_misread() -> None:
    odd = ["\x7f", "\x85", "a\x85b\nc", "\u2028", "<<", "=", "2001-13-01", 1e22, "\ufffe", "\udcff"]
    assert [goyaml.dump_exactly(value)[:-1] for value in odd] == [
        r'"\x7F"', r'"\N"', r'"a\Nb\nc"', r'"\L"', '"<<"', '"="', '"2001-13-01"', "1.0e+22", r'"\uFFFE"', "\ufffd",
    ]  # fmt: skip
    same = [text for text in WORDS + TEXTS if goyaml.dump_exactly(text)[:-1] == written(text)]
    assert len(same) > 0.8 * len(WORDS + TEXTS)


@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), [-float("inf")], object(), {"a": {1}}]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(goyaml.MarshalError):
        goyaml.dump(value)


def test_toyamlpretty_knows_infinities() -> None:
    infinities = [float("inf"), -float("inf"), float("nan")]
    assert goyaml.dump_pretty(infinities) == "- .inf\n- -.inf\n- .nan\n"


@pytest.mark.parametrize("write", WRITERS)
def test_endless_nesting_is_refused(write: Any) -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(goyaml.MarshalError, match="too deep"):
        write(endless)


class Whole(int):
    pass


class Map(dict[str, Any]):
    pass


class Items(list[Any]):
    pass


def test_subclasses_are_written_as_their_bases() -> None:
    value = Map(a=Items([Whole(1), ("x",)]), b=Map(), c=Items())
    plain = {"a": [1, ["x"]], "b": {}, "c": []}
    for write in WRITERS:
        assert write(value) == write(plain)
