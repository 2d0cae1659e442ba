"""Values as Go's fmt prints them by default: %v."""

from collections.abc import Callable
from typing import Any

from dask_helm.engine.types import FunctionError, Int64, Object, stringer, type_name
from dask_helm.engine.yaml.numbers import format_float

MAX_TEXT = 64 * 2**20

NIL = "<nil>"
# What Go prints for a missing value, and Helm removes from the text of a file.
NO_VALUE = "<no value>"


def plain(value: Any) -> str:
    """Return the value as %v prints it.

    Raises FunctionError for what is nested too deeply, or longer than `MAX_TEXT`.
    """
    printer = _SCALARS.get(type(value))
    if printer is not None:
        return printer(value)
    return _Printer().printed(value)


class _Printer:
    """Prints nested values, and limits the text: a list can contain another many times."""

    def __init__(self) -> None:
        self._length = 0

    def printed(self, value: Any) -> str:
        try:
            return self._any(value)
        except RecursionError:
            raise FunctionError("the value is nested too deeply to be printed") from None

    def _any(self, value: Any) -> str:
        if isinstance(value, list):
            self._count(1)
            return f"[{' '.join([self._any(element) for element in value])}]"
        if isinstance(value, dict):
            self._count(4)
            return f"map[{' '.join([self._pair(key, value[key]) for key in sorted(value)])}]"
        text = scalar(value)
        self._count(len(text))
        return text

    def _pair(self, key: Any, value: Any) -> str:
        text = scalar(key)
        self._count(len(text))
        return f"{text}:{self._any(value)}"

    def _count(self, length: int) -> None:
        self._length += length + 1
        if self._length > MAX_TEXT:
            raise FunctionError("the value is too long to be printed")


def scalar(value: Any) -> str:
    """Return a value that is not a list or a map as %v prints it."""
    printer = _SCALARS.get(type(value))
    if printer is not None:
        return printer(value)
    if isinstance(value, Object):
        return structure(value)
    return int.__repr__(value) if isinstance(value, int) else str(value)


def structure(value: Object) -> str:
    """Return the result of a struct's String method; raises FunctionError if it has none."""
    string = stringer(value)
    if string is None:
        raise FunctionError(f"a value of type {type_name(value)} cannot be printed as a whole")
    return string()


def _float(value: float) -> str:
    # Most numbers of values are small integers.
    small = value.is_integer() and -1e6 < value < 1e6 and value
    return str(int(value)) if small else format_float(value, "g")


_SCALARS: dict[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    Int64: int.__repr__,
    float: _float,
    type(None): lambda _: NIL,
}
