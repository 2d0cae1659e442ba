"""Suggestions for unknown keys, which are misspelled or in the wrong place."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.values.merge import Map, merge_maps
from dask_helm.engine.values.paths import nested
from dask_helm.values import upstream
from dask_helm.values.findings import Finding
from dask_helm.values.repair import NOTHING, Repair
from dask_helm.values.spelling import meant, nearest
from dask_helm.values.tree import ANY, Tree

# The most likely sections for a key that exists in several sections.
_LIKELY = (("podDefaults",), ("workers",), ("workerDefaults",), ("scheduler",), ("jupyter",))

# Abbreviations of keys.
_SHORT = {
    "cpu": ("resources", "limits", "cpu"),
    "cpus": ("resources", "limits", "cpu"),
    "memory": ("resources", "limits", "memory"),
    "mem": ("resources", "limits", "memory"),
    "gpus": ("gpu", "count"),
}


@dataclass(frozen=True)
class Advice:
    """The suggestion for an unknown key.

    `path` is the key, or the relevant key inside it; `target` is the right path of its value,
    `write` the values to write, `note` the reason if there is none; `older` marks keys of the
    older chart.
    """

    path: ValuePath
    target: ValuePath | None = None
    write: Map | None = None
    note: str | None = None
    older: bool = False


class Suggester:
    """Finds the intended key."""

    def __init__(self, tree: Tree, repair: Repair) -> None:
        self._tree = tree
        self._repair = repair

    def advice(self, finding: Finding) -> Advice:
        """Return the suggestion for an unknown key."""
        *above, key = finding.path
        key = str(key)
        known = finding.schema.get("properties", {})
        near = [(*above, name) for name in nearest(key, known)]
        dotted = (*above, *key.split("."))  # a path that was written as one key, as --set takes it
        if "." in key and self._tree.at(dotted) is not None:
            near.insert(0, dotted)
        called = [path for name in meant(key, self._tree.known) for path in self._tree.known[name]]
        elsewhere = sorted(called, key=lambda path: _rank(path, finding.path[:-1]))
        for target in [*near, *self._inside(finding), *elsewhere, *self._as_name(finding)]:
            before = len(self._repair.left_out)
            fitted = self._fitted(target, finding.value, finding.path)
            if fitted is not NOTHING:
                return Advice(finding.path, target, _written(target, fitted))
            del self._repair.left_out[before:]
        return Advice(finding.path, near[0] if near else None)

    def older(self, finding: Finding) -> Advice | None:
        """Return the suggestion for a key of the older chart, or None."""
        gone = upstream.reason(finding.path)
        if gone:
            return Advice(finding.path, note=gone, older=True)
        moves = upstream.moves(finding.path, finding.value)
        if not moves:
            target = upstream.target(finding.path)
            return Advice(finding.path, target, older=True) if target else None
        self._repair.left_out += upstream.gone(finding.path, finding.value)
        path = moves[0][0] if len(moves) == 1 else finding.path
        steps = zip(*(new for _, new, _ in moves), strict=False)
        common = tuple(step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps))
        write: Map = {}
        for old, new, value in moves:
            fitted = self._fitted(new, value, old)
            if fitted is NOTHING:
                self._repair.left_out.append(shown(old))
            write = merge_maps(write, _written(new, fitted) or {})
        return Advice(path, common or None, write or None, older=True)

    def _inside(self, finding: Finding) -> list[ValuePath]:
        """Return the places of the key deeper inside the map."""
        *above, key = finding.path
        known = finding.schema.get("properties", {})
        short = _SHORT.get(str(key).lower(), ())
        # A map with one free key is that key's, unless the schema names another one.
        others = finding.schema.get("x-otherKeys", next(iter(known)) if len(known) == 1 else None)
        free = [name for name in known if name == others and self._tree.is_free((*above, name))]
        inside = [(*above, *short)] if short and short[0] in known else []
        return [*inside, *((*above, name, key) for name in free)]

    def _as_name(self, finding: Finding) -> list[ValuePath]:
        """Return the maps in which the key can be a free name, such as a pool's."""
        if len(finding.path) > 1 or not finding.value or not isinstance(finding.value, dict):
            return []
        paths = [(key, *finding.path) for key in finding.schema.get("properties", {})]
        schemas = ((path, self._tree.at(path)) for path in paths)
        return [p for p, node in schemas if node and self._tree.is_valid(finding.value, node)]

    def _fitted(self, target: ValuePath, value: Any, path: ValuePath) -> Any:
        schema = self._tree.at(target)
        if schema is None and self._tree.is_free(target[:-1]):
            return value
        return NOTHING if schema is None else self._repair.fit(value, schema, path, invent=False)


def _written(target: ValuePath, fitted: Any) -> Map | None:
    """Return the value at its path; None inside a list, which is written completely."""
    if fitted is NOTHING or any(isinstance(step, int) for step in target):
        return None
    written: Map = nested(target, fitted)
    return written


def misplaced(path: ValuePath, tree: Tree, values: Any) -> tuple[ValuePath, ValuePath] | None:
    """Return a key that is used in place of a free name, and its right path.

    In ``workers: {replicas: 3}`` `replicas` would be a pool's name.
    """
    for depth, key in enumerate(path):
        others = (tree.at(path[:depth]) or {}).get("additionalProperties")
        own = others.get("properties", {}) if isinstance(others, dict) else {}
        values = values[key]
        if key in own and tree.is_valid(values, tree.resolved(own[key])):
            return path[: depth + 1], (*path[:depth], ANY, key)
    return None


def _rank(path: ValuePath, parent: ValuePath) -> tuple[int, int, str]:
    """Return the sort key of a suggestion for a key of `parent`; the smallest is likeliest."""
    if parent and path[: len(parent)] == parent:
        return 0, len(path), shown(path)
    if parent[: len(path) - 1] == path[:-1] and len(path) > 1:
        return 1, -len(path), shown(path)
    likely = path[:1] in _LIKELY
    return 2 + (_LIKELY.index(path[:1]) if likely else len(_LIKELY)), len(path), shown(path)
