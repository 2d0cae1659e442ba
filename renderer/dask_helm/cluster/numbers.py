"""Times and counts as people write them; what is none is told with its name."""

import operator
from typing import Any

from dask.utils import parse_timedelta

from dask_helm.errors import ArgumentError


def seconds(given: Any, name: str) -> float:
    """Return the seconds of `30`, `"90s"` or `"5m"`. Raises ArgumentError."""
    try:
        found = float(parse_timedelta(given))
    except (AttributeError, LookupError, TypeError, ValueError):
        found = -1
    if found >= 0:
        return found
    raise ArgumentError(
        f"{name}={given!r} is no time; write seconds, or a unit as in '90s' or '5m'"
    )


def integer(given: Any) -> int | None:
    """Return an integer, NumPy's too, as Python's; None for what is none."""
    try:
        return None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        return None


def whole(given: Any, name: str, least: int = 0) -> int:
    """Return a whole number, `least` or more. Raises ArgumentError."""
    number = integer(given)
    if number is not None and number >= least:
        return number
    raise ArgumentError(f"{name} is {given!r}; write a whole number from {least} on")


def positive(given: Any, name: str) -> int:
    """Return a whole number, 1 or more. Raises ArgumentError."""
    return whole(given, name, 1)
