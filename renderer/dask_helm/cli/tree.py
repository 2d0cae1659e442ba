"""The values of a chart as a tree to walk: by path, with what the schema says of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dask_helm import data, goyaml
from dask_helm.errors import ChartError
from dask_helm.values import schema
from dask_helm.values.tree import Schema, Tree

Keys = tuple[str, ...]

# Stands for any key in a path, as in workers.*.replicas.
ANY = "*"


@dataclass(frozen=True)
class Node:
    """A value of the chart: its path, and its schema, as written and with references followed."""

    tree: Tree
    path: Keys
    raw: Schema
    required: bool = False

    @cached_property
    def schema(self) -> Schema:
        """Return the schema with its reference followed."""
        return self.tree.resolved(self.raw)

    @property
    def definition(self) -> str | None:
        """Return the name of the definition it is an instance of, such as Affinity."""
        reference: str = self.raw.get("$ref", "")
        return reference.rpartition("/")[2] or None

    @cached_property
    def item(self) -> "Node":
        """Return what a list holds; any other node is its own item."""
        items = self.schema.get("items")
        return Node(self.tree, self.path, items).item if isinstance(items, dict) else self

    @cached_property
    def children(self) -> "dict[str, Node]":
        """Return the nodes below by key, ANY for keys of the user's choice; lists are entered."""
        described = self.item.schema
        rest = described.get("additionalProperties")
        found = {**described.get("properties", {}), **({ANY: rest} if rest else {})}
        return {key: self._child(key, value) for key, value in found.items()}

    def _child(self, key: str, raw: Any) -> "Node":
        required = key in self.item.schema.get("required", [])
        return Node(self.tree, (*self.path, key), raw if isinstance(raw, dict) else {}, required)

    def child(self, key: str) -> "Node | None":
        """Return the node of a key, under that very key; None when there is none."""
        found = self.children.get(key) or self.children.get(ANY)
        return found and Node(self.tree, (*self.path, key), found.raw, found.required)

    def below(self, entered: frozenset[str] = frozenset()) -> "Iterator[Node]":
        """Yield all nodes below; a definition that holds itself is not entered again."""
        for child in self.children.values():
            yield child
            name = child.item.definition
            if name not in entered:
                yield from child.below(entered | ({name} if name else set()))


def root(chart: Path | None = None) -> Node:
    """Return the root of a chart's values; None is the built-in chart. Raises ChartError."""
    found = schema.load() if chart is None else _schema(chart)
    return Node(Tree(found), (), found)


def _schema(chart: Path) -> Schema:
    from dask_helm.rendering import Chart

    found = Chart.read(chart).schema
    if found is None:
        raise ChartError(f"{chart} has no values.schema.json, and so nothing that could be shown")
    return found


def defaults(chart: Path | None = None) -> dict[str, Any]:
    """Return the chart's values.yaml."""
    path = (chart or data.folder("chart")) / "values.yaml"
    found = goyaml.load(path.read_bytes(), name=str(path)) if path.exists() else None
    return found if isinstance(found, dict) else {}
