"""Calls of functions and methods: arguments are counted and their types checked as Go does.

All of these checks happen when the call is reached, not before, as Go does not look at a branch
that is not taken. Only a name that Helm does not know is an error at once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from dask_helm.engine.template import nodes
from dask_helm.engine.template.applying import applied
from dask_helm.engine.template.arguments import checked, fits, miscounted, wrong_type
from dask_helm.engine.template.closures import (
    INTERFACE,
    INVALID,
    Evaluate,
    Expression,
    Frame,
    failing,
)
from dask_helm.engine.template.datatext import READING, WRITING, DataText, copied
from dask_helm.engine.template.functions import ABSENT, TABLE
from dask_helm.engine.template.functions.table import Declared
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.printing.plain import NO_VALUE
from dask_helm.engine.template.scope import Scope
from dask_helm.engine.types import FunctionError, Object
from dask_helm.errors import TemplateError
from dask_helm.text import closest

# Functions whose error is a message of the chart's author to the user.
_STATEMENTS = ("fail", "required")
# Functions that return the first of their arguments with this truth, or the last one.
_LOGIC = {"and": False, "or": True}


def call(
    source: Source,
    scope: Scope,
    function: nodes.Identifier,
    arguments: list[Expression],
    piped: Expression | None,
) -> Expression:
    """Return the call of a function; raises TemplateError for a name that Helm does not know.

    `piped` is the last argument if it is before a ``|``.
    """
    values = [*arguments, piped] if piped else arguments
    name = function.name
    if name in ABSENT:
        message = f"the function {name} is not supported: {ABSENT[name]}"
        return failing(source, function, message)
    declared = SPECIAL.get(name) or TABLE.get(name)
    if declared is None:
        near = closest(name, [*TABLE, *SPECIAL])
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise source.error(f"there is no function {name}{hint}", function.offset)
    fault = miscounted(declared, len(values))
    if fault:
        return failing(source, function, fault)
    evaluates = checked(source, declared, values)
    is_piped, error = piped is not None, _error(source, function)
    if name in _LOGIC:
        return Expression(_chain(_LOGIC[name], evaluates, is_piped), INTERFACE, function)
    lazy = None
    if name in READING and values[0].lazy:
        evaluate = _reading(values[0].lazy, declared.call, *READING[name], error)
    else:
        python = _bound(source, scope, function) if name in SPECIAL else declared.call
        evaluate = applied(python, evaluates, is_piped, error)
    if name in WRITING or name == "include":
        make = WRITING.get(name) or partial(scope.result, source, function.offset)
        lazy = applied(make, evaluates, is_piped, error)
    return Expression(evaluate, INTERFACE, function, lazy)


def _reading(
    lazy: Evaluate,
    read: Callable[[str], Any],
    written: type[DataText],
    wanted: tuple[type, ...],
    error: Callable[[str], TemplateError],
) -> Evaluate:
    """Return the call of a function that reads data: of `read`, which returns a `wanted`."""

    def evaluate(frame: Frame, dot: Any) -> Any:
        text = lazy(frame, dot)
        copy = copied(text.value) if type(text) is written and type(text.value) in wanted else None
        if copy is not None:
            return copy
        try:
            return read(str(text))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _error(source: Source, function: nodes.Identifier) -> Callable[[str], TemplateError]:
    """Return what makes a TemplateError of a FunctionError's message."""
    stated = function.name in _STATEMENTS

    def error(message: str) -> TemplateError:
        text = message if stated else f"{function.name}: {message}"
        raised = source.error(text, function.offset)
        raised.stated = stated
        return raised

    return error


# Functions that need the templates around them, or do not evaluate all of their arguments


def _chain(ends: bool, arguments: list[Evaluate], is_piped: bool) -> Evaluate:
    """Return what evaluates arguments up to the first whose truth is `ends`."""
    *others, last = arguments

    def evaluate(frame: Frame, dot: Any) -> Any:
        piped = last(frame, dot) if is_piped else None
        for other in others:
            value = other(frame, dot)
            if bool(value) is ends:
                return value
        return piped if is_piped else last(frame, dot)

    return evaluate


def _bound(source: Source, scope: Scope, function: nodes.Identifier) -> Callable[..., str]:
    """Return `include` or `tpl` for the place of its call."""
    offset = function.offset

    def tpl(text: str, data: Any) -> str:
        around = scope.templates
        name = f"the text given to tpl at {source.place(offset)}"
        scope.templates = around | scope.compile(name, text)
        try:
            return scope.text(source, offset, name, data).replace(NO_VALUE, "")
        finally:
            scope.templates = around

    return partial(scope.text, source, offset) if function.name == "include" else tpl


def _not_alone(*_: Any) -> Any:
    raise AssertionError("these functions are called through the templates around them")


SPECIAL = {
    "and": Declared("and", _not_alone, (Any,), Any),
    "or": Declared("or", _not_alone, (Any,), Any),
    "include": Declared("include", _not_alone, (str, Any), None),
    "tpl": Declared("tpl", _not_alone, (str, Any), None),
}


# Methods


def member(source: Source, offset: int, value: Any, name: str) -> Any:
    """Return a field, or the result of a method that takes no arguments."""
    return _called(source, offset, value, name, []) if isinstance(value, Declared) else value


def method(
    source: Source,
    node: nodes.Field | nodes.Variable | nodes.Chain,
    owner: tuple[Expression, Callable[[Any], Any]],
    read: Callable[[Any, str], Any],
    arguments: list[Expression],
    piped: Expression | None,
) -> Expression:
    """Return the call of a method, such as ``.Files.Get "name"``: the node's last key names it.

    `owner` are the operand without its keys, and what reads all keys but the last of its value;
    `read` raises the error of a key that cannot be read.
    """
    name = node.names[-1]
    start, inner = owner

    def evaluate(frame: Frame, dot: Any) -> Any:
        last = [(piped, piped.evaluate(frame, dot))] if piped else []
        value = start.evaluate(frame, dot)
        if value is None and start.nil == INVALID:
            return None
        value = inner(value)
        found = value.members().get(name) if isinstance(value, Object) else None
        if not isinstance(found, Declared):
            read(value, name)
            raise source.error(f"{name!r} has arguments, but is not a method", node.offset)
        given = [(a, a.evaluate(frame, dot)) for a in arguments]
        return _called(source, node.offset, found, name, [*given, *last])

    return Expression(evaluate, INTERFACE, node)


def _called(
    source: Source,
    offset: int,
    declared: Declared,
    name: str,
    given: list[tuple[Expression, Any]],
) -> Any:
    fault = miscounted(declared, len(given))
    if fault:
        raise source.error(fault, offset)
    types = [*declared.parameters, *[declared.rest] * len(given)]
    for (expression, value), wanted in zip(given, types, strict=False):
        if not fits(value, wanted, expression.nil):
            raise wrong_type(source, offset, name, wanted, value)
    try:
        return declared.call(*[value for _, value in given])
    except FunctionError as failure:
        raise source.error(f"{name}: {failure}", offset) from None
