"""Results that are remembered by the very value they were made from.

Charts print and hand over the same maps again and again, for each pool and each cluster. To compare
a whole value with earlier ones by its bytes costs far less than to walk through it in Python.
"""

import marshal
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

_LARGEST_KEY = 8_000
_MOST = 2_000
# Bytes that depend on nothing but the value: version 3 counts references.
_VERSION = 2


class Memory(Generic[Result]):
    """Calls a function of one value, unless it knows the result for an equal value."""

    def __init__(self, function: Callable[[Any], Result]) -> None:
        self._function = function
        self._results: dict[bytes, Result] = {}

    def __call__(self, value: Any) -> Result:
        """Return the function's result."""
        key = packed(value)
        if key is None:
            return self._function(value)
        if key not in self._results:
            self._keep(key, self._function(value))
        return self._results[key]

    def _keep(self, key: bytes, result: Result) -> None:
        if len(self._results) >= _MOST:
            self._results.clear()
        self._results[key] = result


def packed(value: Any) -> bytes | None:
    """Return bytes that only an equal value of the same types has.

    None for a value that is large, or has other types than Python's own, such as a nil list.
    """
    try:
        key = marshal.dumps(value, _VERSION)
    except ValueError:
        return None
    return key if len(key) <= _LARGEST_KEY else None


def unpacked(value: bytes) -> Any:
    """Return a new value from its bytes."""
    return marshal.loads(value)  # noqa: S302  they are our own
