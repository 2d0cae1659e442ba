"""What was found and what is allowed, in plain words."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from dask_helm.values.paths import quoted

Schema = dict[str, Any]

_LONGEST = 60

_NAMES = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "a map (lines of `key: value`)",
}

_QUANTITY = "a Kubernetes quantity (a number with an optional unit, such as 500m, 2, 1.5 or 4Gi)"
_MANY = 15


def found(value: Any) -> str:
    """Return what a value is: ``the text "3"``, ``a list``, ``null``."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text {_quoted(value)}" if value else "an empty text"
    kind = "list" if isinstance(value, list) else "map"
    return f"a {kind}" if value else f"an empty {kind}"


def allowed(schema: Schema) -> str:
    """Return what belongs in the place that the schema describes."""
    if "enum" in schema:
        return alternatives([_literal(value) for value in schema["enum"]])
    if "const" in schema:
        return _literal(schema["const"])
    return alternatives(list(_kinds(schema))) or "something else"


def alternatives(words: Sequence[str]) -> str:
    """Join words as alternatives, null last: ``a or b, or null,``."""
    others = [word for word in words if word != "null"]
    joined = " or ".join(filter(None, [", ".join(others[:-1]), *others[-1:]]))
    if "null" not in words:
        return joined
    return f"{joined}, or null," if joined else "null"


def listed(words: Sequence[str]) -> str:
    """Join words, not too many of them."""
    shown = ", ".join(words[:_MANY])
    return shown if len(words) <= _MANY else f"{shown} and {len(words) - _MANY} more"


def number(value: float) -> str:
    """Return a number without the fraction that a whole one has in Helm."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(value)


def _kinds(schema: Schema) -> Iterator[str]:
    """Yield the kinds of values that the schema takes."""
    types = schema.get("type", [])
    for name in [types] if isinstance(types, str) else types:
        if name == "string":
            yield _text(schema)
        elif name in ("integer", "number"):
            if not (name == "number" and is_quantity(schema)):
                yield _NAMES[name] + _range(schema)
        else:
            yield _NAMES[name]


def is_quantity(schema: Schema) -> bool:
    """Return whether text that the schema takes is a Kubernetes quantity."""
    return "[KMGTPE]i" in schema.get("pattern", "")


def _text(schema: Schema) -> str:
    pattern = schema.get("pattern")
    if is_quantity(schema):
        word = re.match(r"\^\((\w+)\|", schema["pattern"])
        return f"{_QUANTITY}, {word[1]}" if word else _QUANTITY
    if not pattern:
        return "text" + _length(schema)
    return _patterned(pattern, schema)


def _patterned(pattern: str, schema: Schema) -> str:
    examples = [value for value in schema.get("examples", []) if isinstance(value, str)]
    known = PATTERNS.get(pattern)
    short = [example for example in examples if len(example) <= _LONGEST]
    such = f" (such as {_quoted(short[0])})" if short else ""
    if known:
        return f"{known}{_length(schema)}{such}"
    return f"text{_length(schema)} that matches {pattern}{such}"


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


def _literal(value: Any) -> str:
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return quoted(short)


# What the patterns of our schema mean; a test says that each has its words here.
PATTERNS = {
    "^[A-Za-z0-9_.-]{0,128}$": "a tag of at most 128 letters, digits, dots, dashes and underscores",
    "^(sha256:[a-f0-9]{64})?$": "sha256: and 64 of the characters 0-9 and a-f",
    "^([a-z]([-a-z0-9]*[a-z0-9])?)?$": "a letter and then lower-case letters, digits and dashes,",
    "^(/?[A-Za-z0-9._~-]+)*/?$": "a path of letters, digits and . _ ~ -",
    r"^((tcp|tls|ws|wss|ucx|ucxx)://[^/\s]+:[0-9]+/?)?$": "an address with scheme and port",
}
