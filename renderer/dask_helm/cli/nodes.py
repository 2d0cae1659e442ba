"""The values of a chart as a tree: nodes by path, each with its schema."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dask_helm import data
from dask_helm.engine import yaml as goyaml
from dask_helm.errors import ChartError, UsageError
from dask_helm.text import closest
from dask_helm.values import schema as schemas
from dask_helm.values.tree import DRAFT_7, Schema, Tree

Keys = tuple[str, ...]

# A wildcard for any key in a path, as in workers.*.replicas.
ANY = "*"

# A quoted key, a key with backslash-escaped dots, or an index, which is ignored.
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^.\\\["]|\\.)+)|\[[^\]]*\]')
_MOST_SUGGESTIONS = 6


@dataclass(frozen=True)
class Node:
    """A value of the chart: its path, and its schema with and without resolved references."""

    tree: Tree
    path: Keys
    raw: Schema
    required: bool = False

    @cached_property
    def schema(self) -> Schema:
        """Return the schema with its reference resolved."""
        return self.tree.resolved(self.raw)

    @property
    def definition(self) -> str | None:
        """Return the name of its definition, such as Affinity."""
        reference: str = self.raw.get("$ref", "")
        return reference.rpartition("/")[2] or None

    @cached_property
    def item(self) -> "Node":
        """Return the node of a list's items; return any other node itself."""
        items = self.schema.get("items")
        return Node(self.tree, self.path, items).item if isinstance(items, dict) else self

    @cached_property
    def children(self) -> "dict[str, Node]":
        """Return the child nodes by key, with ANY for free keys; lists are entered."""
        described = self.item.schema
        rest = described.get("additionalProperties")
        found = {**described.get("properties", {}), **({ANY: rest} if rest else {})}
        required = described.get("required", [])
        return {
            key: Node(
                self.tree, (*self.path, key), raw if isinstance(raw, dict) else {}, key in required
            )
            for key, raw in found.items()
        }

    def child(self, key: str) -> "Node | None":
        """Return the child node of a key, or None."""
        found = self.children.get(key) or self.children.get(ANY)
        return found and Node(self.tree, (*self.path, key), found.raw, found.required)

    def below(self, entered: frozenset[str] = frozenset()) -> "Iterator[Node]":
        """Yield all nodes below; recursive definitions are entered once."""
        for child in self.children.values():
            yield child
            name = child.item.definition
            if name not in entered:
                yield from child.below(entered | ({name} if name else set()))

    def document(self) -> Schema:
        """Return the schema as a document, including the definitions that it references."""
        own = {key: value for key, value in self.schema.items() if key != "definitions"}
        schema: Schema = {"$schema": DRAFT_7} | own
        definitions = schemas.reachable(schema, self.tree.root.get("definitions", {}))
        return schema | ({"definitions": definitions} if definitions else {})


def root(chart: Path | None = None) -> Node:
    """Return the root of a chart's values; None means the built-in chart. Raises ChartError."""
    if chart is None:
        found = schemas.load()
    else:
        from dask_helm.engine import Chart

        own = Chart.read(chart).schema
        if own is None:
            raise ChartError(f"{chart} has no values.schema.json, which describes the values")
        found = own
    return Node(Tree(found), (), found)


def defaults(chart: Path | None = None) -> dict[str, Any]:
    """Return the chart's values.yaml."""
    path = (chart or data.folder("chart")) / "values.yaml"
    found = goyaml.load(path.read_bytes(), name=str(path)) if path.exists() else None
    return found if isinstance(found, dict) else {}


def parsed(path: str) -> Keys:
    r"""Return the keys of a path such as env[0].name or a\.b or commonLabels."x.y/z"."""
    keys = (match[1] or match[2] for match in _PART.finditer(path))
    return tuple(re.sub(r"\\(.)", r"\1", key) for key in keys if key)


def shown(path: Keys) -> str:
    """Return keys as a path."""
    return ".".join(key if re.fullmatch(r"[^.\"\s]+", key) else f'"{key}"' for key in path)


def find(root: Node, path: str) -> Node:
    """Return the node that a path names. Raises UsageError with suggestions."""
    node = root
    for key in parsed(path):
        child = node.child(key)
        if child is None:
            near = suggestions(root, node, key)
            if near:
                hint = f"; did you mean {' or '.join(near)}?"
            elif node.children:
                hint = f"; {shown(node.path) or 'the chart'} has: {', '.join(node.children)}"
            else:
                hint = f": {shown(node.path)} has no keys"
            raise UsageError(f"unknown value {path}{hint}")
        node = child
    return node


def suggestions(root: Node, parent: Node, key: str) -> list[str]:
    """Return similar keys of the same map, else where the same key is nearest to the top level."""
    beside = [shown((*parent.path, name)) for name in closest(key, parent.children, 2)]
    if beside:
        return beside
    found = sorted((node.path for node in root.below() if node.path[-1] == key), key=len)
    upper = [shown(path) for path in found if len(path) <= len(found[0]) + 1]
    return upper[:_MOST_SUGGESTIONS]


def paths(root: Node, beginning: str) -> list[str]:
    """Return the paths that begin with a prefix, for the shell."""
    above, _, _ = beginning.rpartition(".")
    try:
        node = find(root, above)
    except UsageError:
        return []
    found = [shown((*node.path, key)) for key in node.children if key != ANY]
    return [path for path in found if path.startswith(beginning)]
