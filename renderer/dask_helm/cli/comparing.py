"""Two sets of objects, compared: what is added, removed and changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str, str]

_MISSING = object()


@dataclass(frozen=True)
class Field:
    """A field that differs: its path, and both values; a side that lacks it has no value."""

    path: str
    before: Any = _MISSING
    after: Any = _MISSING

    def as_data(self) -> dict[str, Any]:
        """Return it for programs."""
        sides = {"before": self.before, "after": self.after}
        return {"path": self.path} | {k: v for k, v in sides.items() if v is not _MISSING}


@dataclass(frozen=True)
class Change:
    """An object that differs; the side on which it does not exist is None."""

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
        """Return the fields that differ in an object that both sides have."""
        if self.before is None or self.after is None:
            return []
        return list(_fields("", self.before, self.after))

    def as_data(self) -> dict[str, Any]:
        """Return it for programs."""
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


def compare(before: Iterable[Object], after: Iterable[Object]) -> list[Change]:
    """Return the objects that differ, in the order of `after`, those that are removed last."""
    old, new = indexed(before), indexed(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(old.get(k), new.get(k)) for k in keys if old.get(k) != new.get(k)]


def indexed(objects: Iterable[Object]) -> dict[Key, Object]:
    """Return objects by kind, namespace and name."""
    return {key(one): one for one in objects}


def key(one: Object) -> Key:
    """Return what identifies an object in a cluster."""
    metadata = one.get("metadata") or {}
    return str(one.get("kind")), metadata.get("namespace") or "", str(metadata.get("name"))


def _fields(path: str, before: Any, after: Any) -> Iterator[Field]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            sides = before.get(name, _MISSING), after.get(name, _MISSING)
            yield from _fields(f"{path}.{name}" if path else name, *sides)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from _fields(f"{path}[{index}]", _item(before, index), _item(after, index))
    elif before is _MISSING or after is _MISSING or before != after:
        yield Field(path, before, after)


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else _MISSING
