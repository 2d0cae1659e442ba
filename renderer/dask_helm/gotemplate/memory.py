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


def _itself(value: Any) -> Any:
    return value


class Memory:
    """Calls a function of one value, unless it knows the result for an equal value.

    `keeping` makes what is remembered of a result, None for nothing, and `giving` a result of that.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        keeping: Callable[[Any], Any] = _itself,
        giving: Callable[[Any], Any] = _itself,
    ) -> None:
        self._function, self._keeping, self._giving = function, keeping, giving
        self._results: dict[Any, Any] = {}

    def __call__(self, value: Any) -> Any:
        """Return the function's result."""
        key = packed(value)
        known = self._results.get(key)
        if known is not None:
            return self._giving(known)
        result = self._function(value)
        if key is not None and (kept := self._keeping(result)) is not None:
            keep(self._results, key, kept)
        return result


def copies(function: Callable[[Any], Any]) -> Memory:
    """Return a memory whose results are new each time, for templates change maps.

    To unpack an earlier result is faster than the function.
    """
    return Memory(function, keeping=packed, giving=marshal.loads)


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
