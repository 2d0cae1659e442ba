"""The places of keys and values in a text, for errors about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yaml import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dask_helm.engine.yaml import scalars
from dask_helm.engine.yaml.anchors import MAX_DEPTH, TOO_DEEP
from dask_helm.engine.yaml.reader import read
from dask_helm.engine.yaml.scalars import RefusedError
from dask_helm.engine.yaml.source import Source
from dask_helm.errors import Place

Path = tuple[str | int, ...]


@dataclass
class _Node:
    """A value: its place, its key's place, what it holds, and its event if it is a scalar."""

    place: Place
    key: Place | None = None
    children: dict[str | int, "_Node"] = field(default_factory=dict)
    scalar: Any = None


class Positions:
    """The places of the keys and values of a document.

    A path holds keys and, for lists, indexes; where it leads nowhere, its nearest parent answers.
    """

    def __init__(self, root: _Node | None) -> None:
        self._root = root

    def key(self, path: Path) -> Place | None:
        """Return the place of the value's key, or of the item itself in a list."""
        node = self._nearest(path)
        return (node.key or node.place) if node else None

    def value(self, path: Path) -> Place | None:
        """Return the place of the value; for an alias, that of the alias."""
        node = self._nearest(path)
        return node.place if node else None

    def _nearest(self, path: Path) -> _Node | None:
        node = self._root
        for step in path:
            if node is None or step not in node.children:
                break
            node = node.children[step]
        return node


def locate(text: str | bytes, name: str) -> Positions:
    """Return the places of everything in the first document of the text.

    YamlError for a text that load refuses because of its syntax.
    """
    return read(text, name, lambda source: Positions(_Locator(source).root()))


class _Locator:
    """Builds the tree of nodes from the parser's events; aliases share what they repeat."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._next: Callable[[], Any] = source.events()
        self._anchors: dict[str, _Node] = {}

    def root(self) -> _Node | None:
        self._next()
        if type(self._next()) is StreamEndEvent:
            return None
        return self._node(self._next(), 1)

    def _node(self, event: Any, depth: int) -> _Node:
        place = self._source.place(event.start_mark)
        if type(event) is AliasEvent:
            repeated = self._anchors.get(str(event.anchor), _Node(place))
            return _Node(place, None, repeated.children, repeated.scalar)
        node = _Node(place, scalar=event if type(event) is ScalarEvent else None)
        if event.anchor:
            self._anchors[event.anchor] = node
        if depth > MAX_DEPTH:
            raise self._source.error(RefusedError(TOO_DEEP), event)
        if type(event) is MappingStartEvent:
            self._fill(node, depth + 1)
        elif type(event) is SequenceStartEvent:
            while type(item := self._next()) is not SequenceEndEvent:
                node.children[len(node.children)] = self._node(item, depth + 1)
        return node

    def _fill(self, node: _Node, depth: int) -> None:
        while type(event := self._next()) is not MappingEndEvent:
            key, start = self._node(event, depth), self._next()
            child = self._node(start, depth)
            if type(event) is ScalarEvent and scalars.is_merge(event):
                is_list = type(start) is SequenceStartEvent
                for merged in reversed(child.children.values()) if is_list else [child]:
                    node.children.update(merged.children)
            else:
                node.children[_name(key)] = _Node(
                    child.place, key.place, child.children, child.scalar
                )


def _name(key: _Node) -> str:
    """Return the key's text; what cannot be a key is refused by load, not here."""
    if key.scalar is None:
        return ""
    try:
        return scalars.as_key(scalars.of(key.scalar))
    except RefusedError:
        return str(key.scalar.value)
