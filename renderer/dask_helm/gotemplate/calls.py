"""Calls of functions and methods: arguments are counted and their types checked as Go does.

All of these checks happen when the call is reached, not before, for Go does not look at a branch
that is not taken; only a function that does not exist is an error at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate import nodes
from dask_helm.gotemplate.arguments import LITERALS, argument, checked, fits
from dask_helm.gotemplate.functions import REFUSED, TABLE
from dask_helm.gotemplate.functions.table import Declared
from dask_helm.gotemplate.scope import call_template
from dask_helm.gotemplate.types import FunctionError, Object

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.errors import TemplateError
    from dask_helm.gotemplate.expressions import Evaluate, Expression, Expressions
    from dask_helm.gotemplate.lexer import Source

# Functions whose error is what the author of the chart has to say to the user.
_STATEMENTS = ("fail", "required")


def call(
    expressions: Expressions,
    identifier: nodes.Identifier,
    arguments: list[Expression],
    piped: Expression | None,
) -> Expression:
    """Return the call of a function; raises TemplateError when it is not in the table."""
    values = [*arguments, piped] if piped is not None else arguments
    special = SPECIAL.get(identifier.name)
    declared = _SIGNATURES.get(identifier.name) or TABLE.get(identifier.name)
    if declared is None:
        raise _unknown(expressions.source, identifier)
    fault = miscounted(declared, len(values))
    if fault:
        return failing(expressions.source, identifier.offset, fault)
    evaluates = checked(expressions.source, declared, values)
    if special is not None:
        is_piped = piped is not None
        evaluate = special(expressions, identifier, declared, evaluates, is_piped)
        return _expression(evaluate, identifier)
    # What a literal is does not depend on what comes first.
    is_piped = piped is not None and any(not isinstance(a.node, LITERALS) for a in arguments)
    return _expression(_plain(expressions, identifier, declared, evaluates, is_piped), identifier)


def _expression(evaluate: Evaluate, node: nodes.Operand) -> Expression:
    from dask_helm.gotemplate.expressions import INTERFACE, Expression

    return Expression(evaluate, INTERFACE, node)


def failing(source: Source, offset: int, message: str) -> Expression:
    """Return an expression that raises TemplateError when it is evaluated."""

    def evaluate(_frame: list[Any], _dot: Any) -> Any:
        raise source.error(message, offset)

    return _expression(evaluate, nodes.Nil(offset))


def miscounted(declared: Declared, given: int) -> str:
    """Return what is wrong with the number of arguments, or nothing."""
    wanted, least = len(declared.parameters), "at least " if declared.rest is not None else ""
    if given == wanted or (least and given > wanted):
        return ""
    return f"{declared.name} takes {least}{wanted} argument{'s' * (wanted != 1)}, got {given}"


def _unknown(source: Source, identifier: nodes.Identifier) -> TemplateError:
    from difflib import get_close_matches

    name = identifier.name
    if name in REFUSED:
        message = f"the function {name} is not supported: {REFUSED[name]}"
        return source.error(message, identifier.offset)
    near = get_close_matches(name, [*TABLE, *SPECIAL], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return source.error(f"there is no function {name}{hint}", identifier.offset)


def _plain(
    expressions: Expressions,
    identifier: nodes.Identifier,
    declared: Declared,
    arguments: list[Evaluate],
    is_piped: bool,
) -> Evaluate:
    error = _raised(expressions.source, identifier)
    if is_piped:
        return _call_piped(declared.call, error, arguments)
    make: Callable[..., Evaluate] = _BY_COUNT.get(len(arguments), _call_many)
    return make(declared.call, error, arguments)


def _raised(source: Source, identifier: nodes.Identifier) -> Callable[[str], TemplateError]:
    """Return what makes the error of a function that failed."""
    stated = identifier.name in _STATEMENTS

    def error(message: str) -> TemplateError:
        text = message if stated else f"{identifier.name}: {message}"
        raised = source.error(text, identifier.offset)
        raised.stated = stated
        return raised

    return error


Maker = Any


def _call_none(function: Any, error: Maker, _arguments: list[Evaluate]) -> Evaluate:
    def evaluate(_frame: list[Any], _dot: Any) -> Any:
        try:
            return function()
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _call_one(function: Any, error: Maker, arguments: list[Evaluate]) -> Evaluate:
    (first,) = arguments

    def evaluate(frame: list[Any], dot: Any) -> Any:
        try:
            return function(first(frame, dot))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _call_two(function: Any, error: Maker, arguments: list[Evaluate]) -> Evaluate:
    first, second = arguments

    def evaluate(frame: list[Any], dot: Any) -> Any:
        try:
            return function(first(frame, dot), second(frame, dot))
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _call_many(function: Any, error: Maker, arguments: list[Evaluate]) -> Evaluate:
    def evaluate(frame: list[Any], dot: Any) -> Any:
        try:
            return function(*[operand(frame, dot) for operand in arguments])
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


def _call_piped(function: Any, error: Maker, arguments: list[Evaluate]) -> Evaluate:
    *others, piped = arguments

    def evaluate(frame: list[Any], dot: Any) -> Any:
        # The command before the | comes first, for it may change what the others are.
        last = piped(frame, dot)
        try:
            return function(*[operand(frame, dot) for operand in others], last)
        except FunctionError as failure:
            raise error(str(failure)) from None

    return evaluate


_BY_COUNT: dict[int, Callable[..., Evaluate]] = {0: _call_none, 1: _call_one, 2: _call_two}


# Functions that need the templates around them, or do not evaluate all of their arguments


def _until(stops: bool) -> Callable[..., Evaluate]:
    """Return what makes `and` and `or`: the first value that stops them, or the last one."""

    def make(
        _expressions: Expressions,
        _: nodes.Identifier,
        _declared: Declared,
        arguments: list[Evaluate],
        is_piped: bool,
    ) -> Evaluate:
        *others, last = arguments

        def evaluate(frame: list[Any], dot: Any) -> Any:
            piped = last(frame, dot) if is_piped else None
            for operand in others:
                value = operand(frame, dot)
                if (not value) is not stops:
                    return value
            return piped if is_piped else last(frame, dot)

        return evaluate

    return make


def _include(
    expressions: Expressions,
    identifier: nodes.Identifier,
    _declared: Declared,
    arguments: list[Evaluate],
    _is_piped: bool,
) -> Evaluate:
    scope, source, offset = expressions.scope, expressions.source, identifier.offset
    name, data = arguments

    def evaluate(frame: list[Any], dot: Any) -> Any:
        printed: list[str] = []
        call_template(scope, source, offset, name(frame, dot), data(frame, dot), printed.append)
        return "".join(printed)

    return evaluate


def _tpl(
    expressions: Expressions,
    identifier: nodes.Identifier,
    _declared: Declared,
    arguments: list[Evaluate],
    _is_piped: bool,
) -> Evaluate:
    scope, source, offset = expressions.scope, expressions.source, identifier.offset
    text, data = arguments

    def evaluate(frame: list[Any], dot: Any) -> Any:
        around = scope.templates
        name = f"the text given to tpl at {source.place(offset)}"
        scope.templates = around | scope.parse_text(name, text(frame, dot))
        printed: list[str] = []
        try:
            call_template(scope, source, offset, name, data(frame, dot), printed.append)
        finally:
            scope.templates = around
        return "".join(printed).replace("<no value>", "")

    return evaluate


SPECIAL: dict[str, Callable[..., Evaluate]] = {
    "and": _until(False),
    "or": _until(True),
    "include": _include,
    "tpl": _tpl,
}
_SIGNATURES = {
    "and": Declared("and", _until, (Any,), Any),
    "or": Declared("or", _until, (Any,), Any),
    "include": Declared("include", _include, (str, Any), None),
    "tpl": Declared("tpl", _tpl, (str, Any), None),
}


# Methods


def member(source: Source, offset: int, value: Any, name: str) -> Any:
    """Return a field, or the result of a method that takes no arguments."""
    return _called(source, offset, value, name, []) if isinstance(value, Declared) else value


def method(
    expressions: Expressions,
    node: nodes.Field | nodes.Variable | nodes.Chain,
    arguments: list[Expression],
    piped: Expression | None,
) -> Expression:
    """Return the call of a method, such as ``.Files.Get "name"``: the node's last key names it."""
    source, offset, name = expressions.source, node.offset, node.names[-1]
    start, owner = expressions.start(node), expressions.owner(node)
    read = expressions.unreadable(offset)

    def evaluate(frame: list[Any], dot: Any) -> Any:
        last = [(piped, piped.evaluate(frame, dot))] if piped is not None else []
        value = start.evaluate(frame, dot)
        if value is None and start.nil == "invalid":
            return None
        value = owner(frame, value)
        found = value.members().get(name) if isinstance(value, Object) else None
        if not isinstance(found, Declared):
            read(value, name)
            raise source.error(f"{name!r} is no method, but has arguments", offset)
        given = [(a, a.evaluate(frame, dot)) for a in arguments]
        return _called(source, offset, found, name, [*given, *last])

    return _expression(evaluate, node)


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
            raise argument(source, offset, name, wanted, value)
    try:
        return declared.call(*[value for _, value in given])
    except FunctionError as failure:
        raise source.error(f"{name}: {failure}", offset) from None
