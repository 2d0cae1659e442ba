"""Small checks of what stands in a fleet file; problems are collected, none ends the reading."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from dask_helm.errors import FleetError, Place, Problem
from dask_helm.values.describe import found, number
from dask_helm.values.nearest import nearest
from dask_helm.values.paths import ValuePath, shown


class Locate(Protocol):
    """Tells where something stands in the file."""

    def __call__(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return the place of a value, or with `key` that of its key."""


class Checker:
    """Returns what is right as it is; else it notes a problem and returns something empty."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._problems: dict[Problem, None] = {}  # a set that keeps the order

    def note(
        self, path: ValuePath, message: str, near: str | None = None, write: str | None = None
    ) -> None:
        """Keep a problem; the same one is kept once."""
        problem = Problem(message, shown(path), self.place(path), near, write)
        self._problems.setdefault(problem)

    def place(self, path: ValuePath) -> Place | None:
        """Return where an item of a list, or the key of a map, stands."""
        return self._locate(path, key=isinstance(path[-1], str)) if path else self._locate(path)

    def finish(self) -> None:
        """Raise FleetError with all problems, if there are any."""
        if self._problems:
            raise FleetError("\n".join(str(problem).rstrip() for problem in self._problems))

    def mapping(self, value: Any, path: ValuePath) -> dict[str, Any]:
        """Return a map; null is an empty one."""
        if isinstance(value, dict) or value is None:
            return value or {}
        self.note(path, f"must be a map, found {found(value)}")
        return {}

    def sequence(self, value: Any, path: ValuePath) -> list[Any]:
        """Return a list; null is an empty one."""
        if isinstance(value, list) or value is None:
            return value or []
        self.note(path, f"must be a list, found {found(value)}", write=_as_list(value, path))
        return []

    def text(self, value: Any, path: ValuePath) -> str | None:
        """Return a text; whole numbers are texts, too, since nobody quotes a year."""
        if isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            return number(value)
        quotes = "; put it into quotes" if isinstance(value, bool | float) else ""
        self.note(path, f"must be text, found {found(value)}{quotes}")
        return None

    def texts(self, value: Any, path: ValuePath) -> tuple[str, ...]:
        """Return a list of texts; null is an empty one."""
        items = enumerate(self.sequence(value, path))
        texts = [self.text(item, (*path, place)) for place, item in items]
        return tuple(text for text in texts if text is not None)

    def flag(self, value: Any, path: ValuePath) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.note(path, f"must be true or false, found {found(value)}")
        return value is True

    def choice(self, value: Any, path: ValuePath, words: Collection[str]) -> str:
        """Return one of the words; the first one when it is none of them."""
        if value in words:
            return str(value)
        allowed = " or ".join(words)
        self.note(path, f"must be {allowed}, found {found(value)}", like(str(value), words))
        return next(iter(words))

    def keys(
        self, data: dict[str, Any], path: ValuePath, known: Collection[str], rest: str
    ) -> None:
        """Note every key that is not known; `rest` says what there is when none is near."""
        for key in data.keys() - set(known):
            near = like(key, known)
            self.note((*path, key), "no such key" if near else f"no such key; {rest}", near)


def like(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like the given one, None when none is like it."""
    return next(iter(nearest(word, known)), None)


def listed(words: Iterable[str]) -> str:
    """Return words in a row, for a message."""
    return ", ".join(words)


def _as_list(value: Any, path: ValuePath) -> str | None:
    return f"{path[-1]}: [{value}]" if isinstance(value, str) and path else None
