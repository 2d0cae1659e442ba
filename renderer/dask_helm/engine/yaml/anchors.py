"""Anchors and the aliases that repeat them, with Go's measure against texts that explode."""

from dataclasses import dataclass
from typing import Any

from dask_helm.engine.yaml.scalars import RefusedError

_FREE_NODES, _FREE_REPEATED = 1000, 100
_SMALL, _LARGE = 400_000, 4_000_000
_SHARE_OF_SMALL, _SHARE_OF_LARGE = 0.99, 0.10
_OPEN = object()


@dataclass(slots=True)
class Anchored:
    """A node with a name: a scalar's event, or the list or map and how many nodes it holds."""

    scalar: Any = None
    value: Any = _OPEN
    size: int = 1


class Anchors:
    """The anchors of one document; `nodes` counts what the document holds, repeated or not."""

    def __init__(self) -> None:
        self.nodes = 2
        self._repeated = 0
        self._named: dict[str, Anchored] = {}

    def add(self, name: str, scalar: Any = None) -> Anchored:
        """Name a node; a list or a map gets its value when it is complete."""
        anchored = self._named[name] = Anchored(scalar)
        return anchored

    def get(self, name: str) -> Anchored:
        """Return what the alias repeats, and count it; RefusedError if that cannot be."""
        anchored = self._named.get(name)
        if anchored is None:
            raise RefusedError(f"*{name} has no anchor; write &{name} before it, or use quotes")
        if anchored.scalar is None and anchored.value is _OPEN:
            raise RefusedError(f"*{name} is within its own anchor, &{name}")
        self._count(anchored.size)
        return anchored

    def _count(self, size: int) -> None:
        self.nodes += size
        self._repeated += size
        if self.nodes <= _FREE_NODES or self._repeated <= _FREE_REPEATED:
            return
        # The larger the document, the smaller the share of its nodes that may be repetitions.
        into = min(max((self.nodes - _SMALL) / (_LARGE - _SMALL), 0), 1)
        allowed = _SHARE_OF_SMALL - (_SHARE_OF_SMALL - _SHARE_OF_LARGE) * into
        if self._repeated / self.nodes > allowed:
            raise RefusedError(
                "aliases repeat too much of this document; write less of it by alias"
            )


def copied(value: Any, room: int) -> Any:
    """Return a copy of the value, with lists and maps within each other at most `room` deep."""
    if type(value) is dict:
        return {key: copied(item, _deeper(room)) for key, item in value.items()}
    if type(value) is list:
        return [copied(item, _deeper(room)) for item in value]
    return value


def _deeper(room: int) -> int:
    if room <= 0:
        raise RefusedError(TOO_DEEP)
    return room - 1


MAX_DEPTH = 200
"""Levels of lists and maps within each other. Go allows 10,000, Python's own stack far fewer."""
TOO_DEEP = f"lists and maps stand within each other more than {MAX_DEPTH} deep"
