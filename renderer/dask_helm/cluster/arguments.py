"""Validates times and numbers in arguments. Each function raises ArgumentError."""

import operator
from typing import Any

from dask.utils import parse_timedelta

from dask_helm.errors import ArgumentError

MAX_PODS = 2**31 - 1  # the largest number of replicas that Kubernetes accepts


def seconds(given: Any, name: str) -> float:
    """Convert a time such as `30`, `"90s"` or `"5m"` to seconds."""
    try:
        found = float(parse_timedelta(given))
    except (AttributeError, LookupError, TypeError, ValueError):
        found = -1
    if found >= 0:
        return found
    raise ArgumentError(
        f"{name} must be a time, in seconds or with a unit such as '90s' or '5m'; got {given!r}"
    )


def whole(given: Any, name: str, least: int = 0) -> int:
    """Return an integer (also one of NumPy) that is `least` or more."""
    number = _integer(given)
    if number is not None and number >= least:
        return number
    raise ArgumentError(f"{name} must be an integer, {least} or more; got {given!r}")


def positive(given: Any, name: str) -> int:
    """Return an integer that is 1 or more."""
    return whole(given, name, 1)


def pods(given: Any, name: str = "The number of pods") -> int:
    """Return a number of pods."""
    number = _integer(given)
    if number is not None and 0 <= number <= MAX_PODS:
        return number
    raise ArgumentError(f"{name} must be an integer from 0 to {MAX_PODS}, got {given!r}")


def _integer(given: Any) -> int | None:
    try:
        return None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        return None
