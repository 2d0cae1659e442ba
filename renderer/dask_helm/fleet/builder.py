"""Putting clusters together from layers, and refusing names that cannot stand beside each other."""

import re
from collections.abc import Iterable, Mapping

from dask_helm.fleet import words as words_of
from dask_helm.fleet.checker import Checker, like, listed
from dask_helm.fleet.model import Cluster, Layer
from dask_helm.fleet.words import Words
from dask_helm.values.paths import ValuePath

# Safe on all file systems, and in the URLs and labels that GitOps programs make of it.
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_RULE = (
    "use letters, digits, '-', '_' and '.', at most 100, the first and the last a letter or digit"
)


class Builder:
    """Collects clusters under their names, as file systems see them that take a for A."""

    def __init__(self, checker: Checker, defaults: Layer) -> None:
        self._checker, self._defaults = checker, defaults
        self.clusters: dict[str, Cluster] = {}

    def add(self, name: str | None, layers: Iterable[Layer], axes: Words, path: ValuePath) -> None:
        """Add the cluster that `path` names, unless its name is wrong or taken."""
        if name is not None and self._is_free(name, path):
            all_layers = (self._defaults, *layers)
            self.clusters[name.lower()] = self._cluster(name, all_layers, axes, path)

    def _is_free(self, name: str, path: ValuePath) -> bool:
        first = self.clusters.get(name.lower())
        if not _NAME.fullmatch(name):
            self._checker.note(path, f"'{name}' cannot be the name of a folder; {_RULE}")
        elif first:
            self._checker.note(path, self._taken(name, first))
        return _NAME.fullmatch(name) is not None and not first

    def _taken(self, name: str, first: Cluster) -> str:
        second = f"'{name}'" if name == first.name else f"'{name}', like '{first.name}',"
        where = self._checker.place(first.path)
        return f"a second cluster {second} would share the folder of the first, {where}"

    def _cluster(
        self, name: str, layers: tuple[Layer, ...], axes: Words, path: ValuePath
    ) -> Cluster:
        words = {**axes, "name": name}
        words["release"] = self._last(layers, "release", words, "dask")
        words["namespace"] = self._last(layers, "namespace", words, "default")
        filled = tuple(self._known(layer, words) for layer in layers)
        return Cluster(name, words["release"], words["namespace"], filled, words, path)

    def _last(self, layers: tuple[Layer, ...], key: str, words: Words, default: str) -> str:
        """Return the setting of the last layer that has it."""
        for layer in reversed(layers):
            text: str | None = getattr(layer, key)
            if text is not None:
                return self._fill(text, words, (*layer.path, key))
        return default

    def _known(self, layer: Layer, words: Words) -> Layer:
        """Check the words in the names of a layer's files; they are filled in later."""
        for number, file in enumerate(layer.files):
            self._fill(file, words, (*layer.path, "valuesFiles", number))
        return layer

    def _fill(self, text: str, words: Words, path: ValuePath) -> str:
        if "{" in text:
            check_words(text, words, path, self._checker)
        return words_of.fill(text, words)


def check_words(text: str, known: Mapping[str, str], path: ValuePath, checker: Checker) -> bool:
    """Note each word in braces that stands for nothing; return whether there was none."""
    strangers = sorted(words_of.used(text) - known.keys())
    for word in strangers:
        braces = listed(f"{{{name}}}" for name in known)
        near = like(word, known)
        message = f"{{{word}}} stands for nothing here; there are {braces}"
        checker.note(path, message, near and f"{{{near}}}")
    return not strangers
