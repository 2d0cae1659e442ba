"""The settings that defaults, clusters and the entries of a matrix have alike."""

from typing import Any

from dask_helm.fleet.checker import Checker, listed
from dask_helm.fleet.model import Layer
from dask_helm.values.paths import ValuePath

KEYS = ("release", "namespace", "valuesFiles", "values", "set")


def layer(data: Any, path: ValuePath, checker: Checker, *others: str) -> Layer:
    """Read a map of settings, which may have the `others` as keys, too."""
    settings = checker.mapping(data, path)
    known = (*others, *KEYS)
    checker.keys(settings, path, known, f"there are {listed(known)}; the chart's go under values")
    return Layer(
        path,
        _text(settings, path, "release", checker),
        _text(settings, path, "namespace", checker),
        checker.texts(settings.get("valuesFiles"), (*path, "valuesFiles")),
        checker.mapping(settings.get("values"), (*path, "values")),
        checker.texts(settings.get("set"), (*path, "set")),
    )


def _text(settings: dict[str, Any], path: ValuePath, key: str, checker: Checker) -> str | None:
    value = settings.get(key)
    return None if value is None else checker.text(value, (*path, key))
