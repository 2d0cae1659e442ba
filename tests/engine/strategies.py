"""Values for the chart, generated from its schema; some of them are wrong on purpose."""

from collections.abc import Iterator
from typing import Any

from dask_helm.values import schema as schemas
from hypothesis import strategies as st

Schema = dict[str, Any]
Values = st.SearchStrategy[Any]

SCHEMA = schemas.load(examples=False)
_DEEPEST = 5

# Text that YAML, templates or names could get wrong.
_ODD_TEXTS = (
    "", "a", "y", "no", "1e3", "0o17", "12:30:45", "null", "~", "a: b", "- a", "#x", " a ", "é😀",
    "a\nb\n", "\ta", '"q"', "'", "{{ .x }}", "<no value>", "%s", "2001-01-01", "=", "*", "&a", "!x",
    "@", "a" * 200,
)  # fmt: skip
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
_TEXTS = st.one_of(st.sampled_from(_ODD_TEXTS), st.text(_CHARACTERS, max_size=12))
_KEYS = st.sampled_from(
    ["a", "b", "a10", "a9", "y", "1", "true", "app.example.com/x", "café", "x-y"]
)
_INTEGERS = st.one_of(st.integers(0, 5), st.sampled_from([0, 1, 1000000, 2147483647]))
_NUMBERS = st.sampled_from([0, 1, 1.5, 0.1, 2000000.0, 12345678901, 1e-7])
_WRONG = st.sampled_from([None, "text", 3, 1.5, True, [], {}, {"unknown": 1}, ["x"], -1])


def chart_values() -> Values:
    """Return the strategy for whole sets of values: mostly right, now and then with a fault."""
    return _object(SCHEMA, _DEEPEST, least=0)


def _node(schema: Schema, depth: int) -> Values:
    """Return the strategy of one node; one in sixty is something else altogether."""
    right = st.one_of(*_alternatives(_resolved(schema), depth))
    return st.integers(0, 59).flatmap(lambda die: _WRONG if die == 0 else right)


def _resolved(schema: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**SCHEMA["definitions"][reference.rpartition("/")[2]]}


def _alternatives(schema: Schema, depth: int) -> Iterator[Values]:
    if "enum" in schema:
        yield st.sampled_from(schema["enum"])
        return
    types = schema.get("type", ["string"])
    for kind in [types] if isinstance(types, str) else types:
        yield _MAKERS[kind](schema, depth)


def _object(schema: Schema, depth: int, least: int = 0) -> Values:
    known = schema.get("properties", {})
    if depth == 0:
        return st.just({})
    if not known:
        return _mapping(schema, depth)
    needed = [key for key in schema.get("required", []) if schema is not SCHEMA]
    chosen = st.lists(st.sampled_from(sorted(known)), unique=True, min_size=least, max_size=4)
    return chosen.flatmap(
        lambda keys: st.fixed_dictionaries(
            {key: _node(known[key], depth - 1) for key in {*keys, *needed}}
        )
    )


def _mapping(schema: Schema, depth: int) -> Values:
    inner = schema.get("additionalProperties", True)
    if inner is False:
        return st.just({})
    values = _node(inner, depth - 1) if isinstance(inner, dict) else _anything()
    return st.dictionaries(_KEYS, values, max_size=3)


def _anything() -> Values:
    scalars = st.one_of(st.none(), st.booleans(), _INTEGERS, _NUMBERS, _TEXTS)
    return st.recursive(
        scalars,
        lambda c: st.lists(c, max_size=2) | st.dictionaries(_KEYS, c, max_size=2),
        max_leaves=4,
    )


def _array(schema: Schema, depth: int) -> Values:
    if depth == 0:
        return st.just([])
    return st.lists(_node(schema.get("items", {}), depth - 1), max_size=2)


def _string(schema: Schema, _: int) -> Values:
    pattern = schema.get("pattern")
    if pattern is None:
        return _TEXTS
    return st.from_regex(pattern.replace("$", r"\Z"), alphabet=st.characters(codec="ascii"))


def _number(schema: Schema, _: int) -> Values:
    least, most = schema.get("minimum", 0), schema.get("maximum", 10**9)
    return _NUMBERS.filter(lambda number: least <= number <= most) | st.just(least or most)


def _integer(schema: Schema, _: int) -> Values:
    least, most = schema.get("minimum", 0), schema.get("maximum", 2147483647)
    return _INTEGERS.filter(lambda number: least <= number <= most) | st.just(least)


_MAKERS: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
}
