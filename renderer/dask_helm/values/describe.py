"""What was found and what is allowed, in plain words."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from dask_helm import goyaml
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


def counted(value: Any) -> str:
    """Return what a list or a map is and how much it holds: ``a list of 2 items``."""
    what, kind = ("list", "item") if isinstance(value, list) else ("map", "key")
    return f"a {what} of {len(value)} {kind}{'s' * (len(value) != 1)}"


def is_reread(written: str | None, value: Any) -> bool:
    """Return whether a plain word means a value that nobody expects: yes is true, 1.10 is 1.1."""
    if written is None or not isinstance(value, (bool, int, float)):
        return False
    shown = json.dumps(value) if isinstance(value, bool) else number(value)
    return written != shown and bool(goyaml.load(written) == value)


def allowed(schema: Schema) -> str:
    """Return what belongs in the place that the schema describes; empty if it does not say."""
    if "enum" in schema or "const" in schema:
        return _one_of(schema.get("enum", [schema.get("const")]))
    return alternatives(list(_kinds(schema)))


def alternatives(words: Sequence[str]) -> str:
    """Join words as alternatives, ``a, b or c``; null, which most keys take, is not told."""
    told = [word for word in words if word != "null"] or words
    return " or ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


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
            yield _NAMES[name] + _size(name, schema)


def is_quantity(schema: Schema) -> bool:
    """Return whether text that the schema takes is a Kubernetes quantity."""
    return "[KMGTPE]i" in schema.get("pattern", "")


def _one_of(values: Sequence[Any]) -> str:
    words = [_literal(value) for value in values if value is not None]
    return f"only {words[0]}" if len(words) == 1 else alternatives(words or ["null"])


def _size(kind: str, schema: Schema) -> str:
    """Return how much a list or a map may hold."""
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
    "^([a-z]([-a-z0-9]*[a-z0-9])?)?$": (
        "a name of lower-case letters, digits and dashes, beginning with a letter,"
    ),
    "^(/?[A-Za-z0-9._~-]+)*/?$": "a path of letters, digits and . _ ~ -",
    r"^((tcp|tls|ws|wss|ucx|ucxx)://[^/\s]+:[0-9]+/?)?$": "an address with scheme and port",
}
