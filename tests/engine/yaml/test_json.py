import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from dask_helm.engine import yaml as goyaml
from hypothesis import strategies as st

from tests.engine.yaml import oracle
from tests.engine.yaml.generating import generated
from tests.engine.yaml.values import NUMBERS, TEXTS, VALUES, WORDS

VERSIONS = (3, 4)
WRITERS: dict[str, Callable[[Any], str]] = {
    "toJson .": goyaml.json_dumps,
    "toPrettyJson .": partial(goyaml.json_dumps, indent="  "),
    "toRawJson .": partial(goyaml.json_dumps, escape_html=False),
}
SHAPES: list[Any] = [
    None, True, False, {}, [], [[]], [{}], {"a": {}, "b": [None, [1]]}, {"b": 1, "a": 2, "Z": 3, "é": 4, "": 5},
    {"\U0001f600": 1, "\ufffd": 2}, ["<a href='x'>&amp;</a>"], {"<": {">": "&"}},
]  # fmt: skip

READ = """
0 -0 1 -1 1.5 1e3 1E+3 1e-3 -0.0 1e308 5e-324 1e-400 123456789012345678901234567890 true false null "" "a" [] {}
[1,2] [[],[[]]] {"a":1} {"a":{"b":[null]}} {"a":1,"a":2} {"":1} "\\u00e9" "\\ud83d\\ude00" "\\ud83d" "\\ude00\\ud83d"
"\\b\\f\\n\\r\\t\\"\\\\\\/" "é" "\x7f" [1e999] 1e999 NaN Infinity -Infinity nul tru truex nullx + - -a 01 -01 00 1.
.5 1.e5 1e 1e+ 1a 1.5.5 0x10 1_000 'a' "a "\\x41" "\\u12" "\\u12g4" "\\" [ { [1 [1, [1,] [,] [1}2] [1 {"a" {"a": {"a":1
{"a":1, {"a":1,} {,} {a:1} {1:1} {"a"1} {"a":1]2} ] } , : [] {}x {"a":1}} // #a @ \\ é
""".split()
SPACED = [
    " 1",
    '"\u2028\u2029"',
    '"\x85"',
    "[1,\u20282]",
    "1 ",
    "\t[ 1 ,\n2 ]\r\n",
    "\u00a01",
    "\v1",
    "\f1",
    "1 2",
    '{"a" : 1 }',
    '"\n"',
    '"\t"',
    '"\x00"',
    "",
    " ",
    "\ufeff1",
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("expression", WRITERS)
def test_values_are_written_as_by_helm(expression: str, version: int) -> None:
    values = [*WORDS, *TEXTS, *map(float, NUMBERS), *map(oracle.floats, SHAPES)]
    values += [{"key": value, "list": [value]} for value in values]
    values += generated(VALUES)
    ours = list(map(WRITERS[expression], values))
    assert ours == oracle.ask(expression, values, version)


def read(text: str) -> Any:
    """Return the value, or what Go says about the text."""
    try:
        return goyaml.json_loads(text)
    except goyaml.MarshalError as error:
        return {"Error": str(error)}


def in_list(text: str) -> str:
    return f"[{text}]"


@pytest.mark.parametrize("version", VERSIONS)
def test_texts_are_read_as_by_helm(version: int) -> None:
    # mustFromJson would end the run of Helm; fromJson says what is wrong, but takes only maps.
    texts = [f'{{"v": {text}}}' for text in READ + SPACED]
    for text, answer in zip(texts, oracle.ask("fromJson .", texts, version), strict=True):
        assert oracle.same(read(text), alone(answer)), text


def alone(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what is wrong, without what Go read before it came to that."""
    return {"Error": answer["Error"]} if "Error" in answer else answer


TOKENS = st.sampled_from(
    [*'{}[],:"', "[", "]", '"a"', '"a":', "1", "-1.5e+3", "true", "null", " ", "\n", "\\", "\\u00", "x", "é"]
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> str:
    """Return the JSON of some value, with a few changes."""
    return oracle.changed(draw, json.dumps({"v": draw(VALUES)}), TOKENS)


def test_any_text_is_read_as_helm_reads_it_or_refused_in_its_words() -> None:
    texts = [
        *generated(st.lists(TOKENS, max_size=8).map(lambda t: f"{{{''.join(t)}}}")),
        *generated(changed()),
    ]
    for text, answer in zip(texts, oracle.ask("fromJson .", texts, 4), strict=True):
        assert oracle.same(read(text), alone(answer)), text


@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), [-float("inf")], object(), {"a": {1}}]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(goyaml.MarshalError):
        goyaml.json_dumps(value)


def test_text_nested_without_end_is_refused() -> None:
    with pytest.raises(goyaml.MarshalError, match="exceeded max depth"):
        goyaml.json_loads("[" * 100_000)
