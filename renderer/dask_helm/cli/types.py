"""Types and limits of a value, in words."""

from typing import Any

from dask_helm.cli.tree import ANY, Node
from dask_helm.values.tree import Schema

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
}
_PLURALS = {"string": "strings", "integer": "integers", "number": "numbers", "object": "objects"}
_OF_VALUES = {bool: "boolean", str: "string", int: "integer", float: "number"}


def names(schema: Schema) -> list[str]:
    """Return the JSON types that a schema allows, null apart."""
    given = schema.get("type", [])
    types = [given] if isinstance(given, str) else list(given)
    found = types or [_OF_VALUES.get(type(value), "null") for value in schema.get("enum", [])]
    return [name for name in dict.fromkeys(found) if name != "null"]


def nullable(schema: Schema) -> bool:
    """Return whether null is allowed."""
    return None in schema.get("enum", []) or "null" in schema.get("type", [])


def in_words(node: Node) -> str:
    """Return a node's type: `integer or string`, `list of Toleration`, `map of strings`."""
    if node.definition:
        return node.definition
    words = [_in_words(node, name) for name in names(node.schema)]
    return " or ".join(words) or "anything"


def _in_words(node: Node, name: str) -> str:
    if name == "array":
        return f"list of {_plural(in_words(node.item))}" if node.item is not node else "list"
    if name == "object" and list(node.children) == [ANY]:
        return f"map of {_plural(in_words(node.children[ANY]))}"
    return name


def _plural(words: str) -> str:
    return _PLURALS.get(words, words)


def limits(schema: Schema) -> list[str]:
    """Return what is allowed beyond the type, in words."""
    enum = [_shown(value) for value in schema.get("enum", [])]
    listed = [f"one of {', '.join(enum)}"] if enum else []
    return listed + [text.format(schema[key]) for key, text in _LIMITS.items() if key in schema]


def constraints(schema: Schema) -> dict[str, Any]:
    """Return the same for programs, with the keywords of JSON schema."""
    return {key: schema[key] for key in ("enum", *_LIMITS) if key in schema}


def _shown(value: Any) -> str:
    return "null" if value is None else str(value)
