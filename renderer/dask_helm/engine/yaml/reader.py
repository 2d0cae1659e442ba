"""Reads YAML as Helm does: Go's yaml.v2 makes values of it, JSON makes numbers and keys uniform."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import yaml
from yaml import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dask_helm.engine.yaml import scalars, simple
from dask_helm.engine.yaml.anchors import MAX_DEPTH, TOO_DEEP, Anchors, copied
from dask_helm.engine.yaml.differences import check_document
from dask_helm.engine.yaml.scalars import RefusedError
from dask_helm.engine.yaml.simple import NOT_SIMPLE
from dask_helm.engine.yaml.source import Source

_NO_MAP = "<< takes a map, an alias of one, or a list of those"
_NO_KEY = "a list or a map cannot be a key; put text that begins with { or [ in quotes"
_MERGING = object()
_Result = TypeVar("_Result")


def load(text: str | bytes, *, name: str = "<text>", whole_numbers: bool = False) -> Any:
    """Return the first document of the text, None if there is none.

    Every number is a float, as in Go; with `whole_numbers` those written as integers are ints.
    Raises YamlError, with the place in the text of that `name`.
    """
    plain = scalars.whole if whole_numbers else scalars.floating
    found = simple.read(text, plain) if isinstance(text, str) else NOT_SIMPLE
    return parse(text, name, whole_numbers) if found is NOT_SIMPLE else found


def parse(text: str | bytes, name: str, whole_numbers: bool) -> Any:
    """Do what load does, whatever the text looks like."""
    return read(text, name, lambda source: next(_Builder(source, whole_numbers).documents(), None))


def load_all(text: str | bytes, *, name: str = "<text>", whole_numbers: bool = False) -> list[Any]:
    """Return all documents of the text that are not empty; see load."""
    documents = read(text, name, lambda source: [*_Builder(source, whole_numbers).documents()])
    return [document for document in documents if document is not None]


def read(text: str | bytes, name: str, reading: Callable[[Source], _Result]) -> _Result:
    """Return what `reading` makes of the text; YamlError for whatever the parser refuses."""
    source = Source(text, name)
    while True:
        try:
            return reading(source)
        except yaml.YAMLError as error:
            mended = source.mended(error)
            if mended is None:
                raise source.explained(error) from None
            source = mended


class _Builder:
    """Makes values of the parser's events, in one pass."""

    def __init__(self, source: Source, whole_numbers: bool) -> None:
        self._source = source
        self._next = source.events()
        self._plain = scalars.whole if whole_numbers else scalars.floating
        self._finished = scalars.as_finite if whole_numbers else scalars.as_json
        self._anchors = Anchors()
        self._in_flow = False

    def documents(self) -> Iterator[Any]:
        """Yield the documents one after another."""
        self._next()
        while type(start := self._next()) is not StreamEndEvent:
            event, self._anchors = start, Anchors()
            try:
                check_document(start)
                event = self._next()
                document = self._node(event, 1)
            except RefusedError as error:
                raise self._source.error(error, event) from None
            self._next()
            yield document

    def _node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            if event.tag is None and event.anchor is None:
                return self._plain(event.value) if event.implicit[0] else event.value
            return self._finished(self._scalar(event))
        if kind is AliasEvent:
            anchored = self._anchors.get(event.anchor)
            if anchored.scalar:
                return self._finished(scalars.of(anchored.scalar))
            return copied(anchored.value, MAX_DEPTH + 1 - depth)
        return self._built(event, depth)

    def _scalar(self, event: Any) -> Any:
        if event.anchor:
            self._anchors.add(event.anchor, event)
        return scalars.of(event)

    def _built(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise RefusedError(TOO_DEEP)
        if event.flow_style and not self._in_flow:
            unchecked, self._in_flow = self._next, True
            self._next = self._source.in_flow(unchecked)
            built = self._built(event, depth)
            self._next, self._in_flow = unchecked, False
            return built
        build = self._mapping if type(event) is MappingStartEvent else self._sequence
        if not event.anchor:
            return build(depth)
        anchored, before = self._anchors.add(event.anchor), self._anchors.nodes
        anchored.value = build(depth)
        anchored.size = 1 + self._anchors.nodes - before
        return anchored.value

    def _sequence(self, depth: int) -> list[Any]:
        items: list[Any] = []
        event = None
        try:
            while type(event := self._next()) is not SequenceEndEvent:
                self._anchors.nodes += 1
                items.append(self._node(event, depth + 1))
        except RefusedError as error:
            raise self._source.error(error, event) from None
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        event = None
        try:
            while type(event := self._next()) is not MappingEndEvent:
                key = self._key(event)
                event = self._next()
                self._anchors.nodes += 1 if key is _MERGING else 2
                if key is _MERGING:
                    self._merge(result, self._node(event, depth + 1), event)
                else:
                    result[key] = self._node(event, depth + 1)
        except RefusedError as error:
            raise self._source.error(error, event) from None
        return result

    def _key(self, event: Any) -> Any:
        if type(event) is not ScalarEvent:
            named = self._anchors.get(event.anchor or "") if type(event) is AliasEvent else None
            if named and named.scalar:
                return scalars.as_key(scalars.of(named.scalar))
            raise RefusedError(_NO_KEY)
        if event.tag is None and event.anchor is None and event.value != scalars.MERGE:
            return scalars.key(event.value) if event.implicit[0] else event.value
        return _MERGING if scalars.is_merge(event) else scalars.as_key(self._scalar(event))

    def _merge(self, result: dict[str, Any], merged: Any, event: Any) -> None:
        """As in Go, a merge overrides the keys above it, and the first of several maps wins."""
        maps = merged if type(event) is SequenceStartEvent else [merged]
        if not all(type(item) is dict for item in maps):
            raise RefusedError(_NO_MAP)
        for item in reversed(maps):
            result.update(item)
