"""Puts the value of a --set expression into the data, step by step, as Helm does."""

from typing import Any

from dask_helm.engine.values.display import found as described
from dask_helm.engine.values.display import shown
from dask_helm.engine.values.expression import Assignment, Scanner
from dask_helm.engine.values.merge import Map
from dask_helm.errors import SettingError

MOST_INDEX = 65536

Steps = tuple[str | int, ...]


def assign(data: Map, assignment: Assignment, scanner: Scanner) -> None:
    """Change `data`; SettingError if a step does not fit the value it leads to."""
    _Assigning(assignment, scanner).into_map(data, assignment.steps)


class _Assigning:
    """One assignment. Its methods return whether the expression ended before it was complete.

    Helm then leaves a list as it was, and what was made for inside it is lost.
    """

    def __init__(self, assignment: Assignment, scanner: Scanner) -> None:
        self._given = assignment
        self._scanner = scanner

    def into_map(self, data: Map, steps: Steps) -> bool:
        name, rest = str(steps[0]), steps[1:]
        if not rest:
            if not self._given.cut:
                _put(data, name, self._given.value)
            return self._given.cut or self._given.missing
        if isinstance(rest[0], int):
            items = data.get(name, [])
            if name in data and not isinstance(items, list):
                raise self._mismatch(rest, items)
            items, ended = self._into_list(items, rest)
            _put(data, name, items)
            return ended
        return self._into_map_at(data, name, rest)

    def _into_map_at(self, data: Map, name: str, rest: Steps) -> bool:
        inner = data.get(name, {})
        if name in data and not isinstance(inner, dict):
            raise self._mismatch(rest, inner)
        ended = self.into_map(inner, rest)
        if not (ended or inner):
            raise self._scanner.error(
                f'"{name}" needs a key', f"{name}.KEY=VALUE", self._given.offset
            )
        if inner:
            _put(data, name, inner)
        return ended

    def _into_list(self, items: list[Any], steps: Steps) -> tuple[list[Any], bool]:
        index, rest = int(steps[0]), steps[1:]
        current = items[index] if index < len(items) else None
        inner: Any
        if not rest:
            inner, ended = self._given.value, self._given.cut
        elif isinstance(rest[0], int):
            if current is not None and not isinstance(current, list):
                raise self._mismatch(rest, current)
            inner, ended = self._into_list(current or [], rest)
        else:
            # Another value than a map is replaced, even if nothing is set in the end.
            inner = current if isinstance(current, dict) else {}
            if index < len(items):
                items[index] = inner
            ended = self.into_map(inner, rest)
        return (items, True) if ended else (self._filled(items, index, inner), False)

    def _filled(self, items: list[Any], index: int, value: Any) -> list[Any]:
        if index > MOST_INDEX:
            what = f"the index {index} is greater than {MOST_INDEX}"
            raise self._scanner.advise(what, "write the list in a values file", self._given.offset)
        items = items + [None] * (index + 1 - len(items)) if index >= len(items) else items
        items[index] = value
        return items

    def _mismatch(self, rest: Steps, found: Any) -> SettingError:
        """Return the error for a value on the path that is not a map or not a list."""
        way = self._given.steps[: len(self._given.steps) - len(rest)]
        wanted = "a list" if isinstance(rest[0], int) else "a map"
        step = ".KEY" if isinstance(found, dict) else "[0]" if isinstance(found, list) else ""
        what = f"{shown(way)} is {described(found)}, but the expression needs {wanted}"
        return self._scanner.error(what, f"{shown(way)}{step}=VALUE", self._given.offset)


def _put(data: Map, name: str, value: Any) -> None:
    """Set a key; Helm drops what has an empty name."""
    if name:
        data[name] = value
