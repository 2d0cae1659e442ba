"""Calls of functions and methods: arguments are counted and their types checked as Go does.

All of these checks happen when the call is reached, not before, for Go does not look at a branch
that is not taken; only a function that does not exist is an error at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate import direct, nodes
from dask_helm.gotemplate.arguments import argument, checked, fits
from dask_helm.gotemplate.direct import Argument
from dask_helm.gotemplate.functions import REFUSED, TABLE
from dask_helm.gotemplate.functions.table import Declared
from dask_helm.gotemplate.handing import READING, Handed, reading
from dask_helm.gotemplate.types import FunctionError, Object

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.errors import TemplateError
    from dask_helm.gotemplate.direct import Evaluate
    from dask_helm.gotemplate.expressions import Expression, Expressions
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
    name = identifier.name
    declared = SPECIAL.get(name) or TABLE.get(name)
    if declared is None:
        raise _unknown(expressions.source, identifier)
    fault = miscounted(declared, len(values))
    if fault:
        return failing(expressions.source, identifier.offset, fault)
    expressions.changes.called(name, [value.node for value in values])
    checks = checked(expressions.source, declared, values)
    if piped is not None:
        checks[-1] = checks[-1]._replace(piped=True)
    make = declared.call if name in SPECIAL else partial(_plain, declared.call)
    evaluate = make(expressions, identifier, checks)
    if name in READING and (handed := values[0].handed):
        evaluate = reading(handed, declared.call, READING[name])
    found = _expression(evaluate, identifier)
    return found._replace(handed=_handed(expressions, identifier, checks))


def _handed(
    expressions: Expressions, identifier: nodes.Identifier, arguments: list[Argument]
) -> Evaluate | None:
    """Return what gives the value instead of its text, see handing.py."""
    if identifier.name == "toYaml":
        return _direct(Handed, expressions, identifier, arguments)
    if identifier.name == "include":
        handed = partial(expressions.scope.handed, expressions.source, identifier.offset)
        return _direct(handed, expressions, identifier, arguments)
    return None


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
    function: Callable[..., Any],
    expressions: Expressions,
    identifier: nodes.Identifier,
    arguments: list[Argument],
) -> Evaluate:
    inline = direct.inline(identifier.name, arguments)
    return inline or _direct(function, expressions, identifier, arguments)


def _direct(
    function: Callable[..., Any],
    expressions: Expressions,
    identifier: nodes.Identifier,
    arguments: list[Argument],
) -> Evaluate:
    return direct.call(function, _raised(expressions.source, identifier), arguments)


def _raised(source: Source, identifier: nodes.Identifier) -> Callable[[str], TemplateError]:
    """Return what makes the error of a function that failed."""
    stated = identifier.name in _STATEMENTS

    def error(message: str) -> TemplateError:
        text = message if stated else f"{identifier.name}: {message}"
        raised = source.error(text, identifier.offset)
        raised.stated = stated
        return raised

    return error


# Functions that need the templates around them, or do not evaluate all of their arguments


def _chain(
    expressions: Expressions, identifier: nodes.Identifier, arguments: list[Argument]
) -> Evaluate:
    del expressions
    return direct.chain(identifier.name, arguments)


def _include(
    expressions: Expressions, identifier: nodes.Identifier, arguments: list[Argument]
) -> Evaluate:
    scope, source, offset = expressions.scope, expressions.source, identifier.offset

    def include(name: str, data: Any) -> str:
        if scope.recalls and (name not in scope.texts.given_up or id(data) in scope.maps):
            text: str = scope.texts(source, offset, name, data)
            return text
        # As scope.text, without a call of its own: charts are made of calls.
        printed: list[str] = []
        scope.call(source, offset, name, data, printed.append)
        return "".join(printed)

    return _direct(include, expressions, identifier, arguments)


def _tpl(
    expressions: Expressions, identifier: nodes.Identifier, arguments: list[Argument]
) -> Evaluate:
    scope, source, offset = expressions.scope, expressions.source, identifier.offset

    def tpl(text: str, data: Any) -> str:
        around = scope.templates
        name = f"the text given to tpl at {source.place(offset)}"
        scope.templates = around | scope.parse_text(name, text)
        try:
            return scope.text(source, offset, name, data).replace("<no value>", "")
        finally:
            scope.templates = around

    return _direct(tpl, expressions, identifier, arguments)


# What makes the evaluation of each, and the types of its parameters.
SPECIAL = {
    "and": Declared("and", _chain, (Any,), Any),
    "or": Declared("or", _chain, (Any,), Any),
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
