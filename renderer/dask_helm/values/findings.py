"""What the validator found wrong, one finding for each place in the values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dask_helm.values.paths import ValuePath, keyed
from dask_helm.values.tree import Schema, Tree

Kind = Literal["unknown", "missing", "wrong"]

# Of several findings at one place, the first of these says most.
_ORDER = ("type", "enum", "const")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `schema` describes the value at `path`; for an unknown key it describes the map that holds the
    key. `keyword` is the schema's word that was not satisfied, `text` the validator's own words.
    """

    kind: Kind
    path: ValuePath
    value: Any
    schema: Schema
    keyword: str
    text: str


def findings(errors: Iterable[Any], values: Any, tree: Tree) -> list[Finding]:
    """Return one finding for each place; a missing key and a misspelt one are two places.

    `values` are those that the validator found the errors in.
    """
    first: dict[ValuePath, Finding] = {}
    for error in sorted(_flat(errors), key=_rank):
        for finding in _of(error, values, tree):
            first.setdefault(finding.path, finding)
    return list(first.values())


def _rank(error: Any) -> int:
    return _ORDER.index(error.kind.name) if error.kind.name in _ORDER else len(_ORDER)


def _flat(errors: Iterable[Any]) -> Iterator[Any]:
    """Yield the errors; for one about alternatives, those of the alternative that fits best."""
    for error in errors:
        alternatives = getattr(error.kind, "context", None)
        if alternatives:
            yield from _flat(min(alternatives, key=_distance))
        else:
            yield error


def _distance(errors: Iterable[Any]) -> tuple[bool, int]:
    """Return how far values are from an alternative: another type is farther than a wrong part."""
    kinds = [error.kind.name for error in errors]
    return "type" in kinds, len(kinds)


def _of(error: Any, values: Any, tree: Tree) -> Iterator[Finding]:
    path = keyed(values, error.instance_path)
    keyword, node, value = error.kind.name, _node(error, path, tree), error.instance
    if keyword == "additionalProperties":
        for key in error.kind.unexpected:
            yield Finding("unknown", (*path, key), value[key], node, keyword, error.message)
    elif keyword == "required":
        key = error.kind.property
        inner = tree.child(node, key) or {}
        yield Finding("missing", (*path, key), None, inner, keyword, error.message)
    else:
        yield Finding("wrong", path, value, node, keyword, error.message)


def _node(error: Any, path: ValuePath, tree: Tree) -> Schema:
    """Return the schema that was not satisfied, with the examples that stand at the key."""
    found, at_path = tree.follow(error.schema_path[:-1]), tree.at(path)
    same = at_path is not None and all(at_path.get(key) == found[key] for key in found)
    return at_path if same and at_path is not None else found
