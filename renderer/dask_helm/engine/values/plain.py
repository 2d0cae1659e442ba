"""Mappings of Python as Helm would read them from a file."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from dask_helm.engine.utf8 import valid
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.yaml.anchors import MAX_DEPTH, TOO_DEEP
from dask_helm.errors import UsageError


def as_helm_reads(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy made of dict, list, str, bool, float and None; UsageError for anything else.

    Numbers become float, as in Helm, which reads YAML by way of JSON.
    """
    converted: dict[str, Any] = _map(values, ())
    return converted


def _converted(value: Any, path: ValuePath) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, Real):
        return _number(value, path)
    if len(path) > MAX_DEPTH:
        raise UsageError(f"{shown(path[:1])} has {TOO_DEEP}")
    if isinstance(value, Mapping):
        return _map(value, path)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_converted(item, (*path, index)) for index, item in enumerate(value)]
    raise UsageError(
        f"{shown(path)} has the type {type(value).__name__}; "
        "use only dict, list, str, numbers, bool and None"
    )


def _map(value: Mapping[Any, Any], path: ValuePath) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            where = shown(path) or "values"
            raise UsageError(f"{where} has the key {key!r}; keys must be strings: {str(key)!r}")
    return {_text(key, path): _converted(item, (*path, str(key))) for key, item in value.items()}


def _text(text: str, path: ValuePath) -> str:
    if valid(text) == text:
        return str(text)
    where = shown(path) or "values"
    raise UsageError(f"{where} contains a lone surrogate in {text!r}, which is not valid UTF-8")


def _number(value: Real, path: ValuePath) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isfinite(number):
        return number
    kind = "too large" if isinstance(value, Integral) else "not a finite number"
    raise UsageError(
        f"{shown(path)} is {kind}; Helm reads values as JSON, which cannot represent it"
    )
