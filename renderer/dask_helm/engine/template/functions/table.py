"""The table of functions, and the limits of their results.

A function declares the Go types of its parameters by its annotations, and the compiler checks each
argument as Go does: `Any` takes all, `str`, `bool`, `float`, `int`, `Int64`, `dict` and `list` take
just that type. A parameter of type `dict` or `list` may get None for a nil map or slice.
Modules that declare functions must not postpone the evaluation of annotations.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from dask_helm.engine.template.printing.plain import MAX_TEXT
from dask_helm.engine.types import FunctionError

F = TypeVar("F", bound=Callable[..., Any])


class Declared(NamedTuple):
    """A function and the types of its parameters; `rest` is that of the variadic one, or None."""

    name: str
    call: Callable[..., Any]
    parameters: tuple[Any, ...]
    rest: Any | None


TABLE: dict[str, Declared] = {}


def function(*names: str) -> Callable[[F], F]:
    """Put a Python function into the table under these Go names."""

    def declare(call: F) -> F:
        for name in names:
            TABLE[name] = declared(name, call)
        return call

    return declare


def declared(name: str, call: Callable[..., Any]) -> Declared:
    """Return a function or bound method with the types that its annotations declare."""
    function_ = getattr(call, "__func__", call)
    declaring = getattr(function_, "__wrapped__", function_)
    code, types = declaring.__code__, declaring.__annotations__
    first = 1 if function_ is not call else 0  # self has no type
    parameters = tuple(types[p] for p in code.co_varnames[first : code.co_argcount])
    variadic = code.co_flags & 0x04  # inspect.CO_VARARGS; the module inspect is slow to import
    rest = types[code.co_varnames[code.co_argcount]] if variadic else None
    return Declared(name, call, parameters, rest)


MAX_ELEMENTS = 10**6


def check_text(length: int) -> None:
    """Raise FunctionError for a text that would be longer than `MAX_TEXT` characters."""
    if length > MAX_TEXT:
        raise FunctionError(f"the result would be longer than {MAX_TEXT} characters")


def check_elements(count: int) -> None:
    """Raise FunctionError for a list that would have more than `MAX_ELEMENTS` elements."""
    if count > MAX_ELEMENTS:
        raise FunctionError(f"the result would have more than {MAX_ELEMENTS} elements")


def nested(call: F) -> F:
    """Let a recursive function raise FunctionError for values that are nested too deeply."""

    @wraps(call)
    def limited(*values: Any) -> Any:
        try:
            return call(*values)
        except RecursionError:
            raise FunctionError("the value is nested too deeply") from None

    return limited  # type: ignore[return-value]
