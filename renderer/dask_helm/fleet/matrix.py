"""Clusters from a matrix: one for each combination of the values of its axes."""

from itertools import product
from math import prod
from typing import Any

from dask_helm.fleet import words as words_of
from dask_helm.fleet.builder import Builder, check_words
from dask_helm.fleet.checker import Checker, like, listed
from dask_helm.fleet.model import Layer
from dask_helm.fleet.settings import KEYS, layer
from dask_helm.values.paths import ValuePath

_TOP = ("axes", "name", "exclude", "include", *KEYS)
_RESERVED = {"name", *KEYS}
_MOST = 100_000
_EXAMPLE = "axes:\n  team: [red, blue]\n  size: [small, large]"

Combination = tuple[str, ...]


class Matrix:
    """The matrix of a fleet file: its axes, and the settings that belong to combinations."""

    def __init__(self, data: Any, checker: Checker) -> None:
        self._checker = checker
        self._data = checker.mapping(data, ("matrix",))
        rest = f"a matrix has {listed(_TOP)}"
        checker.keys(self._data, ("matrix",), _TOP, rest)
        self._axes = self._read_axes()

    def build(self, builder: Builder) -> None:
        """Add the clusters of all combinations."""
        template = self._template()
        if template is None or self._is_huge() or not self._names_differ(template):
            return
        own = layer({key: self._data.get(key) for key in KEYS}, ("matrix",), self._checker)
        path: ValuePath = ("matrix", "name") if "name" in self._data else ("matrix",)
        for combination, extra in self._combinations().items():
            words = dict(zip(self._axes, combination, strict=True))
            layers = [
                axis[value] for axis, value in zip(self._axes.values(), combination, strict=True)
            ]
            builder.add(words_of.fill(template, words), (own, *layers, *extra), words, path)

    def _read_axes(self) -> dict[str, dict[str, Layer]]:
        axes = self._checker.mapping(self._data.get("axes"), ("matrix", "axes"))
        if not axes:
            self._checker.note(("matrix",), "has no axes", write=_EXAMPLE)
        return {name: self._axis(name, values) for name, values in axes.items()}

    def _axis(self, name: str, values: Any) -> dict[str, Layer]:
        """Return the layer of each value; an axis is a list of values, or a map to settings."""
        path: ValuePath = ("matrix", "axes", name)
        if name in _RESERVED or not words_of.NAME.fullmatch(name):
            self._checker.note(path, f"'{name}' cannot be the name of an axis; call it otherwise")
        if not values:
            self._checker.note(path, "has no values", write=f"{name}: [small, large]")
        if isinstance(values, dict):
            return {key: layer(value, (*path, key), self._checker) for key, value in values.items()}
        return {text: Layer(path) for text in self._distinct(values, path)}

    def _distinct(self, values: Any, path: ValuePath) -> list[str]:
        texts = self._checker.texts(values, path)
        for number, text in enumerate(texts):
            if text in texts[:number]:
                self._checker.note((*path, number), f"'{text}' is there twice")
        return list(dict.fromkeys(texts))

    def _is_huge(self) -> bool:
        size = prod(map(len, self._axes.values()))
        if size > _MOST:
            self._checker.note(
                ("matrix", "axes"), f"make {size} clusters; at most {_MOST} are allowed"
            )
        return size > _MOST

    def _template(self) -> str | None:
        """Return what the names are made from, None when that cannot be known."""
        if not self._axes:
            return None
        if "name" not in self._data:
            return "-".join(f"{{{axis}}}" for axis in self._axes)
        path = ("matrix", "name")
        text = self._checker.text(self._data["name"], path)
        axes = dict.fromkeys(self._axes, "")
        return text if text and check_words(text, axes, path, self._checker) else None

    def _names_differ(self, template: str) -> bool:
        """Whether each axis is in the names; else they would be refused one by one."""
        several = {axis for axis, values in self._axes.items() if len(values) > 1}
        missing = sorted(several - words_of.used(template))
        if missing:
            braces = listed(f"{{{axis}}}" for axis in missing)
            self._checker.note(
                ("matrix", "name"), f"lacks {braces}, so clusters would share a name"
            )
        return not missing

    def _combinations(self) -> dict[Combination, list[Layer]]:
        """Return the combinations that are left, with the layers that `include` adds to them."""
        excluded = [self._excluded(*entry) for entry in self._entries("exclude")]
        found: dict[Combination, list[Layer]] = {
            combination: []
            for combination in product(*self._axes.values())
            if not any(self._matches(combination, choice) for choice in excluded)
        }
        for entry, path in self._entries("include"):
            self._include(entry, path, found)
        return found

    def _excluded(self, entry: dict[str, Any], path: ValuePath) -> dict[str, str]:
        self._checker.keys(entry, path, self._axes, f"the axes are {listed(self._axes)}")
        return self._chosen(entry, path)

    def _matches(self, combination: Combination, choice: dict[str, str]) -> bool:
        words = dict(zip(self._axes, combination, strict=True))
        return bool(choice) and choice.items() <= words.items()

    def _include(
        self, entry: dict[str, Any], path: ValuePath, found: dict[Combination, list[Layer]]
    ) -> None:
        choice = self._chosen(entry, path)
        own = layer(entry, path, self._checker, *self._axes)
        missing = [axis for axis in self._axes if axis not in entry]
        if missing:
            self._checker.note(
                path, f"lacks {listed(missing)}; an entry of include names every axis"
            )
        if choice.keys() == self._axes.keys():
            found.setdefault(tuple(choice[axis] for axis in self._axes), []).append(own)

    def _entries(self, key: str) -> list[tuple[dict[str, Any], ValuePath]]:
        path: ValuePath = ("matrix", key)
        items = enumerate(self._checker.sequence(self._data.get(key), path))
        return [(self._checker.mapping(item, (*path, n)), (*path, n)) for n, item in items]

    def _chosen(self, entry: dict[str, Any], path: ValuePath) -> dict[str, str]:
        """Return the axes and values that an entry names, as far as there are such."""
        named = {axis: entry[axis] for axis in self._axes if axis in entry}
        texts = {axis: self._checker.text(value, (*path, axis)) for axis, value in named.items()}
        return {axis: t for axis, t in texts.items() if t and self._has(axis, t, (*path, axis))}

    def _has(self, axis: str, text: str, path: ValuePath) -> bool:
        values = self._axes[axis]
        if text not in values:
            message = f"'{text}' is no value of the axis {axis}; there are {listed(values)}"
            self._checker.note(path, message, like(text, values))
        return text in values
