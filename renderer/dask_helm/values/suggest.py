"""What is meant by a key that the schema does not know: it is misspelt, or belongs elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dask_helm.values import upstream
from dask_helm.values.findings import Finding
from dask_helm.values.merge import Map, merge_maps
from dask_helm.values.nearest import meant, nearest
from dask_helm.values.paths import ValuePath, nested, shown
from dask_helm.values.repair import NOTHING, Repair
from dask_helm.values.tree import ANY, Tree

# Where a key most likely belongs that stands in several places.
_LIKELY = (("podDefaults",), ("workers",), ("workerDefaults",), ("scheduler",), ("jupyter",))

# Names without a key of their own in the schema, or with a short way to say them.
_SHORT = {
    "cpu": ("resources", "limits", "cpu"),
    "cpus": ("resources", "limits", "cpu"),
    "memory": ("resources", "limits", "memory"),
    "mem": ("resources", "limits", "memory"),
    "gpus": ("gpu", "count"),
}


@dataclass(frozen=True)
class Advice:
    """What to do about an unknown key.

    `path` is the key, or the one inside it that matters; `target` where its value belongs, `write`
    the values to write, `note` why there is no place for it; `older` that the older chart has it.
    """

    path: ValuePath
    target: ValuePath | None = None
    write: Map | None = None
    note: str | None = None
    older: bool = False


class Suggester:
    """Finds what was meant."""

    def __init__(self, tree: Tree, repair: Repair) -> None:
        self._tree = tree
        self._repair = repair

    def advice(self, finding: Finding) -> Advice:
        """Return what to do about a key that the schema does not know."""
        older = self._older(finding)
        if older:
            return older
        near = [*self._dotted(finding), *self._beside(finding)]
        far = [*self._inside(finding), *self._elsewhere(finding), *self._as_name(finding)]
        other = Advice(finding.path, near[0] if near else None)
        return next(self._taking([*near, *far], finding), other)

    def _taking(self, targets: list[ValuePath], finding: Finding) -> Iterator[Advice]:
        """Yield advice to write the value where it is taken."""
        for target in targets:
            before = len(self._repair.left_out)
            fitted = self._fitted(target, finding.value, finding.path)
            if fitted is not NOTHING:
                yield Advice(finding.path, target, _written(target, fitted))
            del self._repair.left_out[before:]

    def _older(self, finding: Finding) -> Advice | None:
        """Return where a key of the older chart belongs."""
        gone = upstream.reason(finding.path)
        if gone:
            return Advice(finding.path, note=gone, older=True)
        moves = upstream.moves(finding.path, finding.value)
        if not moves:
            target = upstream.target(finding.path)
            return Advice(finding.path, target, older=True) if target else None
        self._repair.left_out += upstream.gone(finding.path, finding.value)
        path = moves[0][0] if len(moves) == 1 else finding.path
        return Advice(path, _common([new for _, new, _ in moves]), self._moved(moves), older=True)

    def _moved(self, moves: upstream.Moves) -> Map | None:
        """Return the values in their new places."""
        write: Map = {}
        for old, new, value in moves:
            write = merge_maps(write, _written(new, self._fitted(new, value, old)) or {})
        return write or None

    def _dotted(self, finding: Finding) -> list[ValuePath]:
        """Return the path that was written as one key, as --set takes it."""
        *above, key = finding.path
        path = (*above, *str(key).split("."))
        return [path] if "." in str(key) and self._tree.at(path) is not None else []

    def _beside(self, finding: Finding) -> list[ValuePath]:
        """Return the nearest keys of the same map."""
        *above, key = finding.path
        known = finding.schema.get("properties", {})
        return [(*above, name) for name in nearest(str(key), known)]

    def _inside(self, finding: Finding) -> list[ValuePath]:
        """Return where the map has the key deeper inside."""
        *above, key = finding.path
        known = finding.schema.get("properties", {})
        short = _SHORT.get(str(key).lower(), ())
        free = [name for name in known if len(known) == 1 and self._tree.is_free((*above, name))]
        inside = [(*above, *short)] if short and short[0] in known else []
        return [*inside, *((*above, name, key) for name in free)]

    def _as_name(self, finding: Finding) -> list[ValuePath]:
        """Return where the key may be a name of the user's own, such as that of a pool."""
        if len(finding.path) > 1 or not finding.value or not isinstance(finding.value, dict):
            return []
        paths = [(key, *finding.path) for key in finding.schema.get("properties", {})]
        schemas = ((path, self._tree.at(path)) for path in paths)
        return [p for p, node in schemas if node and self._tree.is_valid(finding.value, node)]

    def _elsewhere(self, finding: Finding) -> list[ValuePath]:
        """Return the other places where the same key is known, the likeliest first."""
        key = str(finding.path[-1])
        return sorted(self._called(key), key=lambda path: _rank(path, finding.path[:-1]))

    def _called(self, key: str) -> list[ValuePath]:
        return [path for name in meant(key, self._tree.known) for path in self._tree.known[name]]

    def _fitted(self, target: ValuePath, value: Any, path: ValuePath) -> Any:
        schema = self._tree.at(target)
        if schema is None and self._tree.is_free(target[:-1]):
            return value
        return NOTHING if schema is None else self._repair.fit(value, schema, path, invent=False)


def _written(target: ValuePath, fitted: Any) -> Map | None:
    """Return the value in its place; nothing inside a list, which is written whole."""
    if fitted is NOTHING or any(isinstance(step, int) for step in target):
        return None
    written: Map = nested(target, fitted)
    return written


def misplaced(path: ValuePath, tree: Tree, values: Any) -> tuple[ValuePath, ValuePath] | None:
    """Return a key that stands where a name of the user's belongs, and its right place.

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
    """Return how likely a key of `parent` belongs to `path`; the least is the likeliest."""
    if parent and path[: len(parent)] == parent:
        return 0, len(path), shown(path)
    if parent[: len(path) - 1] == path[:-1] and len(path) > 1:
        return 1, -len(path), shown(path)
    likely = path[:1] in _LIKELY
    return 2 + (_LIKELY.index(path[:1]) if likely else len(_LIKELY)), len(path), shown(path)


def _common(paths: list[ValuePath]) -> ValuePath | None:
    """Return what the paths begin with, if they have any beginning in common."""
    if len(paths) == 1:
        return paths[0]
    steps = []
    for column in zip(*paths, strict=False):
        if len(set(column)) > 1:
            break
        steps.append(column[0])
    return tuple(steps) or None
