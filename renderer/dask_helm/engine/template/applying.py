"""Closures that read keys, and that evaluate arguments and call a function with them.

The common cases have closures of their own, which exist for speed: keys of the dot and of
variables, and functions of one or two arguments.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from dask_helm.engine.template.closures import Evaluate, Frame, Literal
from dask_helm.engine.types import Function, FunctionError
from dask_helm.errors import TemplateError

ErrorOf = Callable[[str], TemplateError]


def applied(
    function: Function, arguments: list[Evaluate], is_piped: bool, error: ErrorOf
) -> Evaluate:
    """Return what evaluates the arguments and calls the function.

    What is piped, which is the last argument, is evaluated first, as it may change what the others
    are. `error` makes a TemplateError of the function's message.
    """
    while len(arguments) > 1 and isinstance(arguments[0], Literal):
        function, arguments = partial(function, arguments[0].value), arguments[1:]
    if len(arguments) == 1:
        return _with_one(function, arguments[0], error)
    if len(arguments) == 2:
        with_two = _with_piped if is_piped else _with_two
        return with_two(function, arguments[0], arguments[1], error)
    return _with_many(function, arguments, is_piped, error)


def _with_one(function: Function, first: Evaluate, error: ErrorOf) -> Evaluate:
    def evaluate(frame: Frame, dot: Any) -> Any:
        try:
            return function(first(frame, dot))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _with_two(function: Function, first: Evaluate, second: Evaluate, error: ErrorOf) -> Evaluate:
    def evaluate(frame: Frame, dot: Any) -> Any:
        try:
            return function(first(frame, dot), second(frame, dot))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _with_piped(function: Function, first: Evaluate, piped: Evaluate, error: ErrorOf) -> Evaluate:
    def evaluate(frame: Frame, dot: Any) -> Any:
        value = piped(frame, dot)
        try:
            return function(first(frame, dot), value)
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _with_many(
    function: Function, arguments: list[Evaluate], is_piped: bool, error: ErrorOf
) -> Evaluate:
    last = arguments[-1] if is_piped else None
    others = arguments[:-1] if is_piped else arguments

    def evaluate(frame: Frame, dot: Any) -> Any:
        piped = (last(frame, dot),) if last else ()
        values = [argument(frame, dot) for argument in others]
        try:
            return function(*values, *piped)
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


Names = tuple[str, ...]
Read = Callable[[Any, str], Any]


def keys_of(start: Evaluate, names: Names, lenient: bool, read: Read) -> Evaluate:
    """Return what reads one key after the other; `read` does it for other values than plain dicts.

    If `lenient`, the keys of nil are nil.
    """

    def evaluate(frame: Frame, dot: Any) -> Any:
        value = start(frame, dot)
        if value is None and lenient:
            return None
        for name in names:
            value = value.get(name) if type(value) is dict else read(value, name)
        return value

    return evaluate


def keys_of_dot(names: Names, lenient: bool, read: Read) -> Evaluate:
    """Return what reads keys of the dot, as keys_of."""
    first, *rest = names

    def evaluate(_frame: Frame, dot: Any) -> Any:
        if type(dot) is dict:
            value = dot.get(first)
        elif dot is None and lenient:
            return None
        else:
            value = read(dot, first)
        for name in rest:
            value = value.get(name) if type(value) is dict else read(value, name)
        return value

    return evaluate


def keys_of_variable(slot: int, names: Names, lenient: bool, read: Read) -> Evaluate:
    """Return what reads keys of the variable in a slot, as keys_of."""
    of_dot = keys_of_dot(names, lenient, read)
    return lambda frame, _dot: of_dot(frame, frame[slot])
