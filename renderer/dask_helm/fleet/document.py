"""The YAML of a fleet file: its data, with names as they are written, and the place of each value.

YAML reads 007 as a number and on as true. In a fleet file these are names, so that all scalars are
text as it is written, except `hooks` and what is inside `values`, which Helm reads.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.display import ValuePath, found, shown
from dask_helm.engine.values.documents import decoded
from dask_helm.engine.values.sources import FileSource
from dask_helm.engine.yaml import scalars
from dask_helm.engine.yaml import source as parser
from dask_helm.engine.yaml.reader import read as parsed
from dask_helm.errors import FleetError, Place, Problem, UsageError, YamlError

EXAMPLE = "clusters:\n  - name: alice\n    namespace: alice\n    valuesFiles: [alice.yaml]"

_ANY = None
_READ_BY_HELM: tuple[tuple[str | None, ...], ...] = (
    ("hooks",),
    ("defaults", "values"),
    ("clusters", _ANY, "values"),
    ("matrix", "values"),
    ("matrix", "axes", _ANY, _ANY, "values"),
    ("matrix", "include", _ANY, "values"),
)


@dataclass
class _Node:
    """A value: its place, its key's place, its event if it is a scalar, and the values inside it.

    `names` are the written names of its keys by the keys that Helm reads: `on` by `true`.
    """

    place: Place
    key: Place | None = None
    scalar: ScalarEvent | None = None
    inside: dict[str | int, "_Node"] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str | None:
        return self.scalar.value if self.scalar else None


@dataclass
class FleetSource(FileSource):
    """A fleet file, with the places of its values."""

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return the place of the value, or with `key` of its key; else of the nearest parent."""
        node, _ = self._nearest(path)
        return (key and node.key) or node.place

    def written(self, path: ValuePath) -> str | None:
        """Return the scalar as it is written."""
        node, complete = self._nearest(path)
        return node.text or None if complete else None

    def _nearest(self, path: ValuePath) -> tuple[_Node, bool]:
        node = self._root
        for step in path:
            name = step if step in node.inside else node.names.get(str(step), step)
            if name not in node.inside:
                return node, False
            node = node.inside[name]
        return node, True

    @cached_property
    def _root(self) -> _Node:
        return parsed(self.text, self.name, lambda text: _Composer(text).document())


def read(path: Path) -> FleetSource:
    """Read a fleet file.

    Raises UsageError for a file that cannot be read, YamlError for invalid YAML, and FleetError for
    duplicate keys, for further documents and for a file that is not a map.
    """
    try:
        text = decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot read the fleet file: {error.strerror}") from None
    data = goyaml.load(text, name=str(path))
    if not isinstance(data, dict):
        raise FleetError(f"{path}: must be a map, got {found(data)}. Example:\n{EXAMPLE}")

    root, problems = _composed(text, str(path))
    if problems:
        raise FleetError("\n".join(map(str, problems)))
    return FleetSource(_as_written(data, root, ()), str(path), text)


def overridden(path: Path) -> list[Problem]:
    """Return the duplicate keys and the further documents of a YAML file.

    Empty for a file that cannot be read.
    """
    with suppress(OSError, YamlError):
        return _composed(decoded(path.read_bytes(), str(path)), str(path))[1]
    return []


def _composed(text: str, name: str) -> tuple[_Node, list[Problem]]:
    def compose(source: parser.Source) -> tuple[_Node, list[Problem]]:
        composer = _Composer(source)
        return composer.document(), composer.problems

    return parsed(text, name, compose)


def _as_written(value: Any, node: _Node, path: ValuePath) -> Any:
    """Return the value with names and other scalars as they are written."""
    if value is None or _is_read_by_helm(path):
        return value
    if isinstance(value, dict):
        named = ((node.names[key], item) for key, item in value.items())
        return {name: _as_written(item, node.inside[name], (*path, name)) for name, item in named}
    if isinstance(value, list):
        return [_as_written(v, node.inside[n], (*path, n)) for n, v in enumerate(value)]
    return node.text


def _is_read_by_helm(path: ValuePath) -> bool:
    places = (place for place in _READ_BY_HELM if len(place) == len(path))
    return any(
        all(wanted in (_ANY, step) for step, wanted in zip(path, place, strict=True))
        for place in places
    )


class _Composer:
    """Builds the nodes of the first document, and collects duplicate keys and other documents."""

    def __init__(self, text: parser.Source) -> None:
        self._text = text
        self._next = text.events()
        self._anchors: dict[str, _Node] = {}
        self.problems: list[Problem] = []

    def document(self) -> _Node:
        self._next()  # the start of the stream
        start = self._next()
        root = self._node(self._next(), ())
        self._next()  # the end of the document
        while isinstance(second := self._next(), DocumentStartEvent):
            content = self._next()
            if not isinstance(content, ScalarEvent) or content.value:
                first = self._text.place(start.start_mark)
                message = (
                    f"a second YAML document; the first one is at {first}. Use one file for each"
                )
                self.problems.append(Problem(message, place=self._text.place(second.start_mark)))
                break
            self._next()  # the end of an empty document
        return root

    def _node(self, event: Any, path: ValuePath) -> _Node:
        place = self._text.place(event.start_mark)
        if isinstance(event, AliasEvent):
            target = self._anchors.get(str(event.anchor), _Node(place))
            return _Node(place, None, target.scalar, target.inside, target.names)
        node = _Node(place, scalar=event if isinstance(event, ScalarEvent) else None)
        if event.anchor:
            self._anchors[event.anchor] = node
        if isinstance(event, MappingStartEvent):
            self._fill(node, path)
        elif isinstance(event, SequenceStartEvent):
            while not isinstance(item := self._next(), SequenceEndEvent):
                number = len(node.inside)
                node.inside[number] = self._node(item, (*path, number))
        return node

    def _fill(self, node: _Node, path: ValuePath) -> None:
        """Add the keys of a map; its own keys override keys that `<<` merges."""
        merged: list[_Node] = []
        while not isinstance(event := self._next(), MappingEndEvent):
            name_node = self._node(event, path)
            if isinstance(event, ScalarEvent) and scalars.is_merge(event):
                start = self._next()
                other = self._node(start, path)
                several = isinstance(start, SequenceStartEvent)
                merged += list(other.inside.values()) if several else [other]
                continue
            name, place, scalar = name_node.text or "", name_node.place, name_node.scalar
            # The key as Helm reads it: `true` for `on`. It reads no other keys than scalars.
            key = scalars.as_key(scalars.of(scalar)) if scalar else ""
            if key in node.names:
                first = node.inside[node.names[key]].key
                message = f"duplicate key; the first one is at {first}. Remove one of them"
                self.problems.append(Problem(message, shown((*path, name)), place))
            child = self._node(self._next(), (*path, name))
            child.key = place
            node.names[key], node.inside[name] = name, child
        for other in merged:
            node.names = other.names | node.names
            node.inside = other.inside | node.inside
