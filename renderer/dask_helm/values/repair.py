"""Values made to satisfy the schema: what the user gave, changed no more than needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dask_helm.values.collect import Values
from dask_helm.values.convert import candidates, fallback
from dask_helm.values.nearest import nearest
from dask_helm.values.paths import ValuePath, shown
from dask_helm.values.tree import Schema, Tree

NOTHING: Any = object()

_MOST_CANDIDATES = 40


@dataclass
class Repair:
    """Makes one value right.

    `left_out` collects the paths of what has no place in it; `invented` says that some part of it
    is only an example.
    """

    tree: Tree
    values: Values
    left_out: list[str] = field(default_factory=list)
    invented: bool = False

    def fit(self, value: Any, schema: Schema, path: ValuePath, *, invent: bool = True) -> Any:
        """Return the value or what is nearest to it that the schema takes, else NOTHING.

        `path` is where the user has the value; with `invent`, an example serves where the value
        says nothing.
        """
        if self.tree.is_valid(value, schema):
            return value
        before = self.invented
        found = self._first(self._offered(value, schema, path), schema)
        if found is not NOTHING or not invent:
            return found
        self.invented = before
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        return self._example(key, schema)

    def invent(self, key: str, schema: Schema) -> Any:
        """Return some value that the schema takes for the key, or a word to be replaced."""
        found = self._example(key, schema)
        return "VALUE" if found is NOTHING else found

    def _example(self, key: str, schema: Schema) -> Any:
        self.invented = True
        return self._first(fallback(key, schema), schema)

    def _first(self, offered: Iterator[Any], schema: Schema) -> Any:
        """Return the first that the schema takes."""
        taken = (value for value in offered if self.tree.is_valid(value, schema))
        return next(taken, NOTHING)

    def _offered(self, value: Any, schema: Schema, path: ValuePath) -> Iterator[Any]:
        """Yield the value with its inside made right, then what else it may mean."""
        yield from self._inside(value, schema, path, invent=True)
        meant = candidates(value, schema, self.values.written(path))
        for candidate in islice(meant, _MOST_CANDIDATES):
            yield candidate
            if candidate != value:
                yield from self._inside(candidate, schema, path, invent=False)

    def _inside(
        self, value: Any, schema: Schema, path: ValuePath, *, invent: bool
    ) -> Iterator[Any]:
        """Yield the map or list with its parts made right; if refused, that leaves no trace."""
        left_out, invented = len(self.left_out), self.invented
        made = _Inside(self, invent).of(value, schema, path)
        if made is not NOTHING:
            yield made
        del self.left_out[left_out:]
        self.invented = invented


@dataclass
class _Inside:
    """Makes the parts of a map or a list right, each by itself."""

    repair: Repair
    invent: bool

    def of(self, value: Any, schema: Schema, path: ValuePath) -> Any:
        if isinstance(value, dict) and _takes(schema, "object"):
            return self._map(value, schema, path)
        if isinstance(value, list) and _takes(schema, "array"):
            return self._list(value, schema, path)
        return NOTHING

    def _list(self, items: list[Any], schema: Schema, path: ValuePath) -> Any:
        inner = self.repair.tree.child(schema, 0) or {}
        fitted = (self._part(item, inner, (*path, i)) for i, item in enumerate(items))
        kept = [item for item in fitted if item is not NOTHING]
        return kept if kept or not items else NOTHING

    def _map(self, value: dict[str, Any], schema: Schema, path: ValuePath) -> Any:
        fitted: dict[str, Any] = {}
        for key, item in value.items():
            name = self._name(key, value, schema)
            inner = self.repair.tree.child(schema, name) if name else None
            part = NOTHING if inner is None else self._part(item, inner, (*path, key))
            if part is NOTHING:
                self.repair.left_out.append(shown((*path, key)))
            else:
                fitted[name] = part
        return fitted | self._missing(fitted, schema) if fitted or not value else NOTHING

    def _name(self, key: str, value: dict[str, Any], schema: Schema) -> str:
        """Return the key, or the one it stands for, or nothing."""
        if self.repair.tree.child(schema, key) is not None:
            return key
        known = [name for name in schema.get("properties", {}) if name not in value]
        return next(iter(nearest(key, known)), "")

    def _part(self, value: Any, schema: Schema, path: ValuePath) -> Any:
        return self.repair.fit(value, schema, path, invent=self.invent)

    def _missing(self, fitted: dict[str, Any], schema: Schema) -> dict[str, Any]:
        if not self.invent:
            return {}
        missing = [key for key in schema.get("required", ()) if key not in fitted]
        return {key: self._invented(key, schema) for key in missing}

    def _invented(self, key: str, schema: Schema) -> Any:
        return self.repair.invent(key, self.repair.tree.child(schema, key) or {})


def _takes(schema: Schema, kind: str) -> bool:
    types = schema.get("type", kind)
    return kind in ([types] if isinstance(types, str) else types)
