"""The comparison of two sets of objects: which are added, removed and changed, and how."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import zip_longest
from typing import Any

import click

from dask_helm.engine import yaml as goyaml

Object = dict[str, Any]
Key = tuple[str, str, str]

_MISSING = object()
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class Field:
    """A field that differs: its path and both values. A side without the field has no value."""

    path: str
    before: Any = _MISSING
    after: Any = _MISSING

    def as_data(self) -> dict[str, Any]:
        """Return JSON data."""
        sides = {"before": self.before, "after": self.after}
        return {"path": self.path} | {k: v for k, v in sides.items() if v is not _MISSING}


@dataclass(frozen=True)
class Change:
    """An object that differs. A side without the object is None."""

    before: Object | None
    after: Object | None

    @property
    def kind(self) -> str:
        """Return `added`, `removed` or `changed`."""
        if self.before is None:
            return "added"
        return "changed" if self.after is not None else "removed"

    @property
    def title(self) -> str:
        """Return kind and name: Deployment/dask-worker."""
        found = self.after or self.before or {}
        return f"{found.get('kind')}/{found['metadata']['name']}"

    def fields(self) -> list[Field]:
        """Return the fields that differ, if the object exists on both sides."""
        if self.before is None or self.after is None:
            return []
        return list(_fields("", self.before, self.after))

    def as_data(self) -> dict[str, Any]:
        """Return JSON data."""
        found = self.after or self.before or {}
        metadata = found["metadata"]
        return {
            "change": self.kind,
            "kind": found.get("kind"),
            "name": metadata["name"],
            "namespace": metadata.get("namespace"),
            "fields": [field.as_data() for field in self.fields()],
            "before": self.before,
            "after": self.after,
        }

    def unified(self, before: str, after: str) -> Iterator[str]:
        """Yield the lines of a unified diff, coloured; the arguments are the names of the sides."""
        old = f"{before}: {self.title}" if self.before else "/dev/null"
        new = f"{after}: {self.title}" if self.after else "/dev/null"
        was, now = (
            goyaml.dump_exactly(side).splitlines() if side else []
            for side in (self.before, self.after)
        )
        for number, line in enumerate(unified_diff(was, now, old, new, lineterm="")):
            colour = _COLOURS.get(line[:1])
            if number < 2:
                yield click.style(line, bold=True)
            else:
                yield click.style(line, fg=colour) if colour else line


def compare(before: Iterable[Object], after: Iterable[Object]) -> list[Change]:
    """Return the objects that differ: in the order of `after`, then the removed objects."""
    old, new = indexed(before), indexed(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(old.get(k), new.get(k)) for k in keys if old.get(k) != new.get(k)]


def indexed(objects: Iterable[Object]) -> dict[Key, Object]:
    """Return objects by kind, namespace and name."""
    return {key(one): one for one in objects}


def key(one: Object) -> Key:
    """Return the key that identifies an object in a cluster."""
    metadata = one.get("metadata") or {}
    return str(one.get("kind")), metadata.get("namespace") or "", str(metadata.get("name"))


def _fields(path: str, before: Any, after: Any) -> Iterator[Field]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            sides = before.get(name, _MISSING), after.get(name, _MISSING)
            yield from _fields(f"{path}.{name}" if path else name, *sides)
    elif isinstance(before, list) and isinstance(after, list):
        pairs = zip_longest(before, after, fillvalue=_MISSING)
        for index, sides in enumerate(pairs):
            yield from _fields(f"{path}[{index}]", *sides)
    elif before is _MISSING or after is _MISSING or before != after:
        yield Field(path, before, after)
