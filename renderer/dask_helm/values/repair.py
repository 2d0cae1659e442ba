"""Changes invalid values as little as possible to satisfy the schema."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.values.conversions import candidates, fallback
from dask_helm.values.spelling import nearest
from dask_helm.values.tree import Schema, Tree, types

NOTHING: Any = object()

_MOST_CANDIDATES = 40


@dataclass
class Repair:
    """Repairs one value.

    `left_out` collects the paths of omitted parts; `invented` is true if some part is only an
    example.
    """

    tree: Tree
    values: Values
    left_out: list[str] = field(default_factory=list)
    invented: bool = False

    def fit(self, value: Any, schema: Schema, path: ValuePath, *, invent: bool = True) -> Any:
        """Return the value, or the nearest value that the schema allows, or NOTHING.

        `path` is the place of the user's value. With `invent`, an example is used if the value
        cannot be repaired.
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
        """Return an example value that the schema allows for the key, or a placeholder."""
        found = self._example(key, schema)
        return "VALUE" if found is NOTHING else found

    def _example(self, key: str, schema: Schema) -> Any:
        self.invented = True
        return self._first(fallback(key, schema), schema)

    def _first(self, offered: Iterator[Any], schema: Schema) -> Any:
        """Return the first value that the schema allows."""
        taken = (value for value in offered if self.tree.is_valid(value, schema))
        return next(taken, NOTHING)

    def _offered(self, value: Any, schema: Schema, path: ValuePath) -> Iterator[Any]:
        """Yield the value with its parts repaired, then other candidates."""
        yield from self._inside(value, schema, path, invent=True)
        meant = candidates(value, schema, self.values.written(path))
        for candidate in islice(meant, _MOST_CANDIDATES):
            yield candidate
            if candidate != value:
                yield from self._inside(candidate, schema, path, invent=False)

    def _inside(
        self, value: Any, schema: Schema, path: ValuePath, *, invent: bool
    ) -> Iterator[Any]:
        """Yield the map or list with its parts repaired; undo the bookkeeping if it is rejected."""
        left_out, invented = len(self.left_out), self.invented
        made = _Inside(self, invent).of(value, schema, path)
        if made is not NOTHING:
            yield made
        del self.left_out[left_out:]
        self.invented = invented


@dataclass
class _Inside:
    """Repairs the parts of a map or a list separately."""

    repair: Repair
    invent: bool

    def of(self, value: Any, schema: Schema, path: ValuePath) -> Any:
        if isinstance(value, dict) and _takes(schema, "object"):
            return self._map(value, schema, path)
        if isinstance(value, list) and _takes(schema, "array"):
            inner = self.repair.tree.child(schema, 0) or {}
            fitted = (self._part(item, inner, (*path, i)) for i, item in enumerate(value))
            kept = [item for item in fitted if item is not NOTHING]
            return kept if kept or not value else NOTHING
        return NOTHING

    def _map(self, value: dict[str, Any], schema: Schema, path: ValuePath) -> Any:
        fitted: dict[str, Any] = {}
        tree, properties = self.repair.tree, schema.get("properties", {})
        for key, item in value.items():
            name = key
            if tree.child(schema, key) is None:  # a misspelled key, or no key at all
                known = [other for other in properties if other not in value]
                name = next(iter(nearest(key, known)), "")
            inner = tree.child(schema, name) if name else None
            part = NOTHING if inner is None else self._part(item, inner, (*path, key))
            if part is NOTHING:
                self.repair.left_out.append(shown((*path, key)))
            else:
                fitted[name] = part
        if not fitted and value:
            return NOTHING
        missing = [key for key in schema.get("required", ()) if key not in fitted]
        for key in missing if self.invent else ():
            fitted[key] = self.repair.invent(key, tree.child(schema, key) or {})
        return fitted

    def _part(self, value: Any, schema: Schema, path: ValuePath) -> Any:
        return self.repair.fit(value, schema, path, invent=self.invent)


def _takes(schema: Schema, kind: str) -> bool:
    return kind in (types(schema) or [kind])
