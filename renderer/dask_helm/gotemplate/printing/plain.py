"""Values as Go's fmt prints them by default: %v."""

from collections.abc import Callable
from typing import Any

from dask_helm.gotemplate.kinds import type_name
from dask_helm.gotemplate.types import FunctionError, Int64, Object
from dask_helm.goyaml.numbers import format_float

MAX_TEXT = 64 * 2**20

NIL = "<nil>"


def plain(value: Any) -> str:
    """Return the value as %v prints it.

    Raises FunctionError for what is nested too deeply, or longer than `MAX_TEXT`.
    """
    printer = _SCALARS.get(type(value))
    if printer is not None:
        return printer(value)
    return _Printer().printed(value)


def stringer(value: Object) -> Callable[[], str] | None:
    """Return the String method of the value, None where it has none."""
    method = value.members().get("String")
    return getattr(method, "call", None)


class _Printer:
    """Prints what is nested, and counts the text: one list can stand in another many times."""

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
            return (
                f"map[{' '.join([self._pair(*pair) for pair in sorted(value.items(), key=_key)])}]"
            )
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


def _key(item: tuple[Any, Any]) -> Any:
    return item[0]


def scalar(value: Any) -> str:
    """Return as %v prints it what is no list and no map."""
    printer = _SCALARS.get(type(value))
    if printer is not None:
        return printer(value)
    if isinstance(value, Object):
        return structure(value)
    return int.__repr__(value) if isinstance(value, int) else str(value)


def structure(value: Object) -> str:
    """Return what the String method of a struct gives; raises FunctionError when it has none."""
    string = stringer(value)
    if string is None:
        raise FunctionError(f"a value of type {type_name(value)} cannot be printed as a whole")
    return string()


def _float(value: float) -> str:
    # Most numbers of values are small integers.
    small = value.is_integer() and -1e6 < value < 1e6 and value
    return str(int(value)) if small else format_float(value, "g")


def _string(value: str) -> str:
    return value


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _nil(_value: None) -> str:
    return NIL


_SCALARS: dict[type, Callable[[Any], str]] = {
    str: _string,
    bool: _bool,
    int: int.__repr__,
    Int64: int.__repr__,
    float: _float,
    type(None): _nil,
}
