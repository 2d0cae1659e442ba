"""Mappings of Python as Helm would read them from a file."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import UsageError
from dask_helm.goyaml.anchors import MAX_DEPTH, TOO_DEEP
from dask_helm.values.paths import ValuePath, shown


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
    return _container(value, path)


def _container(value: Any, path: ValuePath) -> Any:
    if len(path) > MAX_DEPTH:
        raise UsageError(f"{shown(path[:1])} has {TOO_DEEP}")
    if isinstance(value, Mapping):
        return _map(value, path)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_converted(item, (*path, index)) for index, item in enumerate(value)]
    raise UsageError(
        f"{shown(path)} is of the type {type(value).__name__}; "
        "values are made of dict, list, str, numbers, bool and None"
    )


def _map(value: Mapping[Any, Any], path: ValuePath) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            where = shown(path) or "values"
            raise UsageError(f"{where} has the key {key!r}; keys are text, so write {str(key)!r}")
    return {_text(key, path): _converted(item, (*path, str(key))) for key, item in value.items()}


def _text(text: str, path: ValuePath) -> str:
    if goyaml.whole_characters(text) == text:
        return str(text)
    where = shown(path) or "values"
    raise UsageError(f"{where} holds half a surrogate pair in {text!r}, which no file can hold")


def _number(value: Real, path: ValuePath) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isfinite(number):
        return number
    kind = "too big" if isinstance(value, Integral) else "no finite number"
    raise UsageError(
        f"{shown(path)} is {kind}, and JSON, in which Helm reads values, has none of it"
    )
