"""The quick reader against the parser: it reads the same, or leaves the text alone."""

from typing import Any

import pytest
import yaml
from dask_helm.engine import Release
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import collect
from dask_helm.engine.yaml import scalars, simple
from dask_helm.engine.yaml.reader import parse
from dask_helm.errors import YamlError
from dask_helm.renderer import Renderer
from hypothesis import given
from hypothesis import strategies as st

# Pieces of lines, put together at random: of simple ones, and of what makes them something else.
PIECES = (
    "a", "b1", "null", "~", "yes", "on", "0x1F", "1_0", "1e3", "-1", "-", "- ", "--x", "---", "/p",
    "...", ".5", ":", ": ", " ", "  ", "#", " #", '"', "'", '"q"', "'q'", '"q: "', "{}", "[]", "{",
    "]", "|", "|-", "|+", ">", "|2", "<<", "&x", "*x", "!!str", "?", "? ", "%", "@", "`", ",", "=",
    "\\", "$(X)", "2026-01-01", "http://x:1", "é", "\t", "\u2028", "\x7f",
    "[a", ", ", "['b, c']",
)  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
SIMPLE_LINES = st.sampled_from(
    ("a: 1", "b:", "b: x y", "- a: 1", "- b:", "- x", "- - y", "c: {}", "- []", "d: |", "- |-",
     "text", '"k": "v"', "e: 'x # y'", "f: a#b", "", "g: |+", "y: 1", "1: 2", "h: x:y", "- k: |",
     "l: [a, 1]", '- m: ["b, c"]', "- ['', y]")
)  # fmt: skip
MARGINS = st.sampled_from(("", "", "  ", "  ", "    ", " ", "      "))


def texts(lines: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(st.tuples(MARGINS, lines).map("".join), max_size=7).map("\n".join)
    return st.tuples(several, st.sampled_from(("", "\n", "\n\n"))).map("".join)


def parsed(text: str) -> Any:
    try:
        return parse(text, "text", False)
    except YamlError:
        return YamlError


def read(text: str) -> Any:
    return simple.read(text, scalars.floating)


def agree(text: str) -> bool:
    found = read(text)
    return found is simple.NOT_SIMPLE or repr(found) == repr(parsed(text))


@given(texts(LINES))
def test_any_text_is_read_as_the_parser_reads_it(text: str) -> None:
    assert agree(text)


@given(texts(SIMPLE_LINES))
def test_simple_lines_in_any_order_are_read_as_the_parser_reads_them(text: str) -> None:
    assert agree(text)


SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)


@given(VALUE, st.booleans())
def test_what_is_written_is_read_as_the_parser_reads_it(value: Any, by_us: bool) -> None:
    try:
        text = goyaml.dump(value) if by_us else yaml.safe_dump(value)
    except (goyaml.MarshalError, yaml.YAMLError):
        return
    assert agree(text)


def test_the_manifests_of_the_defaults_are_all_simple() -> None:
    manifests = Renderer().render(collect([{}]), Release("demo", "team")).manifests
    texts = [goyaml.dump(manifest.object) for manifest in manifests]
    assert [text for text in texts if read(text) is simple.NOT_SIMPLE] == []


def test_a_text_of_empty_lines_is_nothing() -> None:
    assert [read(text) for text in ("", "\n", "  \n\n ")] == [None, None, None]


def test_what_stands_too_deep_is_left_to_the_parser() -> None:
    lines = [" " * depth + "a:" for depth in range(200)]
    assert read("\n".join(lines)) is simple.NOT_SIMPLE
    assert read("\n".join(lines[:50])) == parsed("\n".join(lines[:50]))
    assert read("- " * 200 + "a") is simple.NOT_SIMPLE


@pytest.mark.parametrize(
    "text",
    ["a: b\n  c: d", "a: 1\n- b", "- a\nb: 1", "a:\n    b: 1\n  c: 2", "text", "a: b\n c",
     "a: 1 #", "a: &x 1", "a: *x", "a: [1 2]", "a: [b: 1]", "a: [b,]", "a: {b: 1}", "a: >\n  b", "a: |2\n  b",
     "a: 'b''c'", 'a: "\\n"',
     "<<: {}", "? a", "null: 1", "a\t: 1", "a: x: y", "%YAML 1.1", "---", "...", "# a",
     "a: |\n\n  b"],
)  # fmt: skip
def test_what_is_not_simple_is_left_to_the_parser(text: str) -> None:
    assert read(text) is simple.NOT_SIMPLE
