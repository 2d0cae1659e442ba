"""The default of a value, and where it comes from: a pool inherits from workerDefaults."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dask_helm.cli.lookup import shown
from dask_helm.cli.tree import Keys

_COMPONENTS = ("scheduler", "workerDefaults", "jupyter")


class Default(NamedTuple):
    """A default and the path at which the chart's values.yaml holds it."""

    value: Any
    path: str


def default(values: dict[str, Any], path: Keys) -> Default | None:
    """Return a value's default; None when the chart holds none.

    An empty map or list is one only if nothing that it inherits from says more.
    """
    found = [Default(*hit) for hit in _hits(values, path)]
    said = [hit for hit in found if hit.value not in ({}, [], "", None)]
    return next(iter(said or found), None)


def _hits(values: dict[str, Any], path: Keys) -> Iterator[tuple[Any, str]]:
    for candidate in _chain(path):
        node: Any = values
        for key in candidate:
            if not isinstance(node, dict) or key not in node:
                break
            node = node[key]
        else:
            yield node, shown(candidate)


def _chain(path: Keys) -> Iterator[Keys]:
    """Yield the path itself, then what it inherits from, the nearest first."""
    yield path
    if path[0] == "workers" and len(path) > 2:
        yield from _chain(("workerDefaults", *path[2:]))
    elif path[0] in _COMPONENTS and len(path) > 1:
        yield (path[1:] if path[1] == "image" else ("podDefaults", *path[1:]))
