"""Results that are remembered by the very value they were made from.

Charts print and hand over the same maps again and again, for each pool and each cluster. To compare
a whole value with earlier ones by its bytes costs far less than to walk through it in Python.
"""

import marshal
from collections.abc import Callable
from typing import Any

LARGEST_KEY = 8_000
_MOST = 2_000
# Bytes that depend on nothing but the value: version 3 counts references.
_VERSION = 2


class Memory:
    """Calls a function of one value that returns text, unless it knows that of an equal value."""

    def __init__(self, function: Callable[[Any], str]) -> None:
        self._function = function
        self._results: dict[Any, str] = {}

    def __call__(self, value: Any) -> str:
        """Return the function's result."""
        key = packed(value)
        known = self._results.get(key)
        if known is not None:
            return known
        result = self._function(value)
        if key is not None:
            keep(self._results, key, result)
        return result


class Copies:
    """Calls a function of one value; what it returns is new each time, for templates change maps.

    An equal value gets a copy of an earlier result: to unpack that is faster than the function.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._results: dict[Any, bytes] = {}

    def __call__(self, value: Any) -> Any:
        """Return the function's result, or a copy of it."""
        key = packed(value)
        known = self._results.get(key)
        if known is not None:
            return marshal.loads(known)  # noqa: S302  they are our own
        result = self._function(value)
        if key is not None and (copy := packed(result)) is not None:
            keep(self._results, key, copy)
        return result


def keep(results: dict[Any, Any], key: Any, result: Any) -> None:
    """Add a result to those that are remembered, which are never too many."""
    if len(results) >= _MOST:
        results.clear()
    results[key] = result


def packed(value: Any) -> bytes | None:
    """Return bytes that only an equal value of the same types has.

    None for a value that is large, or has other types than Python's own, such as a nil list.
    """
    try:
        key = marshal.dumps(value, _VERSION)
    except ValueError:
        return None
    return key if len(key) <= LARGEST_KEY else None
