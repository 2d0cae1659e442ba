"""The clusters of a fleet file: from its list, its map and its matrix.

The schema checks the form of the file. Here is what a schema cannot say: names that clash,
placeholders, and the size of the matrix.
"""

import re
from collections.abc import Iterable
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.errors import FleetError, Problem
from dask_helm.fleet import document, placeholders, schema
from dask_helm.fleet.document import EXAMPLE, FleetSource
from dask_helm.fleet.model import Cluster, Fleet, Layer
from dask_helm.fleet.placeholders import Words
from dask_helm.values.spelling import nearest

# Safe on all file systems, and in the URLs and labels that GitOps tools derive from it.
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_RULE = "use at most 100 letters, digits, '-', '_' and '.'; begin and end with a letter or digit"
_SETTINGS = ("release", "namespace", "valuesFiles", "values", "set")
_MOST_COMBINATIONS = 100_000

Combination = tuple[str, ...]


def read(path: Path) -> Fleet:
    """Read and validate a fleet file.

    Raises YamlError for invalid YAML, UsageError for a file that cannot be read, and FleetError
    with all other problems: first those of its form, then those of its clusters.
    """
    source = document.read(path)
    _raise(schema.problems(source))
    builder = _Builder(source)
    clusters = builder.clusters()
    _raise(builder.problems)
    layout, hooks = source.data.get("layout", "single"), source.data.get("hooks", True)
    return Fleet(path, source, clusters, layout, hooks)


def _raise(problems: Iterable[Problem]) -> None:
    texts = [str(problem).rstrip() for problem in problems]
    if texts:
        raise FleetError("\n".join(texts))


class _Builder:
    """Builds the clusters of a valid document, and collects the problems of all of them."""

    def __init__(self, source: FleetSource) -> None:
        self._source = source
        self._defaults = _layer(source.data.get("defaults"), ("defaults",))
        self._clusters: dict[str, Cluster] = {}  # by name, without case, as some file systems do
        self._problems: dict[Problem, None] = {}  # an ordered set

    @property
    def problems(self) -> list[Problem]:
        return list(self._problems)

    def clusters(self) -> tuple[Cluster, ...]:
        given, matrix = self._source.data.get("clusters") or (), self._source.data.get("matrix")
        for step, item in given.items() if isinstance(given, dict) else enumerate(given):
            path: ValuePath = ("clusters", step)
            if isinstance(step, str):
                self._add(step, [_layer(item, path)], {}, path)
            elif isinstance(item, str):
                self._add(item, [], {}, path)
            else:
                self._add(item["name"], [_layer(item, path)], {}, (*path, "name"))
        if matrix:
            self._add_combinations(matrix)
        elif not given:
            self._note((), "the fleet has no clusters", write=EXAMPLE)
        return tuple(self._clusters.values())

    def _note(self, path: ValuePath, message: str, near: str = "", write: str = "") -> None:
        place = self._source.place(path, key=True)
        self._problems[Problem(message, shown(path), place, near or None, write or None)] = None

    def _add(self, name: str, layers: list[Layer], axes: Words, path: ValuePath) -> None:
        """Add a cluster, unless its name is invalid or already used; `path` is its place."""
        if not _NAME.fullmatch(name):
            self._note(path, f"'{name}' is not a valid folder name; {_RULE}")
        elif first := self._clusters.get(name.lower()):
            other = "" if name == first.name else f" as '{first.name}' (case is ignored)"
            where = self._source.place(first.path, key=True)
            self._note(path, f"the cluster '{name}' already exists{other}, at {where}")
        else:
            layers = [self._defaults, *layers]
            words = {**axes, "name": name}
            words["release"] = self._last(layers, "release", words, "dask")
            words["namespace"] = self._last(layers, "namespace", words, "default")
            for layer in layers:
                for number, file in enumerate(layer.files):
                    self._check(file, words, (*layer.path, "valuesFiles", number))
            self._clusters[name.lower()] = Cluster(
                name, words["release"], words["namespace"], tuple(layers), words, path
            )

    def _last(self, layers: list[Layer], key: str, words: Words, default: str) -> str:
        """Return the setting of the last layer that sets it, with its placeholders replaced."""
        for layer in reversed(layers):
            text: str | None = getattr(layer, key)
            if text is not None:
                self._check(text, words, (*layer.path, key))
                return placeholders.fill(text, words)
        return default

    def _check(self, text: str, known: Iterable[str], path: ValuePath) -> bool:
        """Report each unknown placeholder; return whether there was none."""
        unknown = sorted(placeholders.used(text) - set(known)) if "{" in text else []
        for word in unknown:
            near = next((f"{{{name}}}" for name in nearest(word, known)), "")
            available = ", ".join(f"{{{name}}}" for name in known)
            self._note(path, f"unknown placeholder {{{word}}}; available here: {available}", near)
        return not unknown

    def _add_combinations(self, matrix: dict[str, Any]) -> None:
        axes: dict[str, dict[str, Layer]] = {}  # the layer of each value of each axis
        for name, values in matrix["axes"].items():
            place = ("matrix", "axes", name)
            if isinstance(values, dict):
                axes[name] = {v: _layer(settings, (*place, v)) for v, settings in values.items()}
            else:
                axes[name] = dict.fromkeys(values, Layer(place))
        template = matrix.get("name", "-".join(f"{{{axis}}}" for axis in axes))
        if not self._is_possible(axes, template):
            return
        own = _layer(matrix, ("matrix",))
        path: ValuePath = ("matrix", "name") if "name" in matrix else ("matrix",)
        for combination, extra in _combinations(matrix, axes).items():
            words = dict(zip(axes, combination, strict=True))
            layers = [axes[axis][value] for axis, value in words.items()]
            self._add(placeholders.fill(template, words), [own, *layers, *extra], words, path)

    def _is_possible(self, axes: dict[str, dict[str, Layer]], template: str) -> bool:
        """Check the axes' names, the template of the clusters' names and the size of the matrix."""
        before = len(self._problems)
        for axis in axes:
            if axis in ("name", *_SETTINGS) or not placeholders.NAME.fullmatch(axis):
                message = f"'{axis}' is not a valid axis name; choose another name"
                self._note(("matrix", "axes", axis), message)
        size = prod(map(len, axes.values()))
        if size > _MOST_COMBINATIONS:
            message = f"create {size} clusters; at most {_MOST_COMBINATIONS} are allowed"
            self._note(("matrix", "axes"), message)
        missing = {a for a, v in axes.items() if len(v) > 1} - placeholders.used(template)
        if self._check(template, axes, ("matrix", "name")) and missing:
            braces = ", ".join(f"{{{axis}}}" for axis in sorted(missing))
            message = f"must contain {braces}, or several clusters would have the same name"
            self._note(("matrix", "name"), message)
        return len(self._problems) == before


def _layer(settings: dict[str, Any] | None, path: ValuePath) -> Layer:
    settings = settings or {}
    return Layer(
        path,
        settings.get("release"),
        settings.get("namespace"),
        tuple(settings.get("valuesFiles") or ()),
        settings.get("values") or {},
        tuple(settings.get("set") or ()),
    )


def _combinations(
    matrix: dict[str, Any], axes: dict[str, dict[str, Layer]]
) -> dict[Combination, list[Layer]]:
    """Return the combinations without the excluded ones, with the layers that `include` adds."""
    excluded = [entry.items() for entry in matrix.get("exclude") or () if entry]
    found: dict[Combination, list[Layer]] = {}
    for combination in product(*axes.values()):
        words = dict(zip(axes, combination, strict=True)).items()
        if not any(entry <= words for entry in excluded):
            found[combination] = []
    for number, entry in enumerate(matrix.get("include") or ()):
        layer = _layer(entry, ("matrix", "include", number))
        found.setdefault(tuple(entry[axis] for axis in axes), []).append(layer)
    return found
