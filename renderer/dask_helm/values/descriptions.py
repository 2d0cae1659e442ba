"""Describes values and schemas: what was found, and what is allowed."""

import json
import re
from collections.abc import Sequence
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.display import found, number, shortened
from dask_helm.text import counted
from dask_helm.values.tree import Schema, types

_LONGEST = 60

_NAMES = {
    "null": "null",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "a list",
    "object": "a map (lines of `key: value`)",
}

_QUANTITY = "a Kubernetes quantity (a number with an optional unit, such as 500m, 2, 1.5 or 4Gi)"


def sized(value: Any) -> str:
    """Describe a list or a map by its size: ``a list of 2 items``."""
    what, kind = ("list", "item") if isinstance(value, list) else ("map", "key")
    return f"a {what} of {counted(value, kind)}"


def is_reread(written: str | None, value: Any) -> bool:
    """Return whether YAML reads a plain word as a surprising value: yes is true, 1.10 is 1.1."""
    if not written or written[0] in "*&!" or not isinstance(value, (bool, int, float)):
        return False
    shown = json.dumps(value) if isinstance(value, bool) else number(value)
    return written != shown and bool(goyaml.load(written) == value)


def read_as(written: str | None, value: Any) -> str:
    """Describe a value, and the word in the file if YAML reads it as a surprising value."""
    if is_reread(written, value):
        return f"{found(value)} (YAML reads {written} this way)"
    return found(value)


def allowed(schema: Schema) -> str:
    """Describe the values that the schema allows; empty if it does not restrict them."""
    if "enum" in schema or "const" in schema:
        values = [v for v in schema.get("enum", [schema.get("const")]) if v is not None]
        words = [
            number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
            for value in values
        ]
        return alternatives(words or ["null"])
    kinds = []
    for name in types(schema):
        if name == "string":
            kinds.append(_text(schema))
        elif name == "integer" or (name == "number" and not is_quantity(schema)):
            kinds.append(_NAMES[name] + _range(schema))
        elif name != "number":
            kinds.append(_NAMES[name] + _size(name, schema))
    return alternatives(kinds)


def alternatives(words: Sequence[str]) -> str:
    """Join words as alternatives, ``a, b or c``, without null, which most keys allow."""
    told = [word for word in words if word != "null"] or words
    return " or ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def is_quantity(schema: Schema) -> bool:
    """Return whether the strings that the schema allows are Kubernetes quantities."""
    return "[KMGTPE]i" in schema.get("pattern", "")


def _size(kind: str, schema: Schema) -> str:
    """Describe the allowed size of a list or a map."""
    what, word = ("item", "Items") if kind == "array" else ("key", "Properties")
    limits = {"min": "at least", "max": "at most"}
    told = [(words, schema[key + word]) for key, words in limits.items() if key + word in schema]
    sizes = [f"{words} {many} {what}{'s' * (many != 1)}" for words, many in told]
    return f" of {' and '.join(sizes)}" if sizes else ""


def _text(schema: Schema) -> str:
    pattern = schema.get("pattern")
    if is_quantity(schema):
        word = re.match(r"\^\((\w+)\|", schema["pattern"])
        return f"{_QUANTITY} or {word[1]}" if word else _QUANTITY
    if not pattern:
        return "a string" + _length(schema)
    examples = [value for value in schema.get("examples", []) if isinstance(value, str)]
    short = [example for example in examples if len(example) <= _LONGEST]
    such = f" (such as {shortened(short[0])})" if short else ""
    known = PATTERNS.get(pattern)
    if known:
        return f"{known}{_length(schema)}{such}"
    return f"a string{_length(schema)} that matches {pattern}{such}"


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {number(low)} to {number(high)}"
    parts = [f"{words} {number(schema[key])}" for key, words in _LIMITS.items() if key in schema]
    words = " and ".join(parts)
    return f" of {words}" if words.startswith("at ") else f" {words}".rstrip()


_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "greater than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
    "multipleOf": "that is a multiple of",
}


def _length(schema: Schema) -> str:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if longest is not None:
        return f" of at most {longest} characters"
    if shortest == 1:
        return " that is not empty"
    return f" of at least {shortest} characters" if shortest else ""


# Descriptions of the patterns in our schema; a test checks that each pattern has one.
PATTERNS = {
    "^[A-Za-z0-9_.-]{0,128}$": "a tag of at most 128 letters, digits, dots, dashes and underscores",
    "^(sha256:[a-f0-9]{64})?$": "sha256: followed by 64 characters 0-9 and a-f",
    "^([a-z]([-a-z0-9]*[a-z0-9])?)?$": (
        "a name of lower-case letters, digits and dashes that begins with a letter,"
    ),
    "^/.*[^/]$": "an absolute path without a slash at the end",
    "^/?([A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*$": (
        "a path of letters, digits and the characters . _ ~ -"
    ),
    r"^((tcp|tls|ws|wss|ucx|ucxx)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]+/?)?$": (
        "an address with scheme and port"
    ),
    "^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$": (
        "a label of at most 63 letters, digits, dashes, underscores and dots"
        " that begins and ends with a letter or digit"
    ),
}
