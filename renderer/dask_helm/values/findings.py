"""Converts validator errors to findings, one per place in the values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.paths import keyed
from dask_helm.values.tree import Schema, Tree

Kind = Literal["unknown", "missing", "wrong"]

# If a place has several findings, the first of these keywords is the most informative.
_ORDER = ("type", "enum", "const")


@dataclass(frozen=True)
class Finding:
    """One violation of the schema.

    `schema` describes the value at `path`; for an unknown key it describes the map that holds the
    key. `keyword` is the violated keyword of the schema, `text` the validator's message.
    """

    kind: Kind
    path: ValuePath
    value: Any
    schema: Schema
    keyword: str
    text: str


def findings(errors: Iterable[Any], values: Any, tree: Tree) -> list[Finding]:
    """Return one finding per place; a missing key and a misspelled one are two places.

    `values` are the validated values.
    """
    first: dict[ValuePath, Finding] = {}

    def rank(error: Any) -> int:
        return _ORDER.index(error.kind.name) if error.kind.name in _ORDER else len(_ORDER)

    for error in sorted(_flat(errors), key=rank):
        for finding in _of(error, values, tree):
            first.setdefault(finding.path, finding)
    return list(first.values())


def _flat(errors: Iterable[Any]) -> Iterator[Any]:
    """Yield the errors; for alternatives, the errors of the best-fitting alternative."""

    def distance(errors: Iterable[Any]) -> tuple[bool, int]:
        # A wrong type is farther than a wrong part.
        kinds = [error.kind.name for error in errors]
        return "type" in kinds, len(kinds)

    for error in errors:
        alternatives = getattr(error.kind, "context", None)
        if alternatives:
            yield from _flat(min(alternatives, key=distance))
        else:
            yield error


def _of(error: Any, values: Any, tree: Tree) -> Iterator[Finding]:
    path = keyed(values, error.instance_path)
    keyword, value = error.kind.name, error.instance
    # The violated schema; the schema of the key, if it is the same, also has examples.
    node, at_path = tree.follow(error.schema_path[:-1]), tree.at(path)
    if at_path is not None and all(at_path.get(key) == node[key] for key in node):
        node = at_path
    if keyword == "additionalProperties":
        for key in error.kind.unexpected:
            yield Finding("unknown", (*path, key), value[key], node, keyword, error.message)
    elif keyword == "required":
        key = error.kind.property
        # One of several alternatives may name the key without describing it.
        inner = tree.child(node, key) or tree.at((*path, key)) or {}
        yield Finding("missing", (*path, key), None, inner, keyword, error.message)
    else:
        yield Finding("wrong", path, value, node, keyword, error.message)
