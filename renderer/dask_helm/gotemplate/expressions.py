"""Pipelines, commands and operands to closures that return a value.

Go knows two kinds of nil that Python's None stands for alike. One that a map lookup, a range or a
function gives is an empty interface, of which no key can be read and which is no map; the result of
a pipeline is stripped of it, so that a key of ``$x`` or ``(.x)`` is just nothing. Which of them an
expression gives can be told from its form, and is its `nil`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from dask_helm.gotemplate import calls, direct, nodes
from dask_helm.gotemplate.lexer import Source
from dask_helm.gotemplate.scope import Scope
from dask_helm.gotemplate.types import Object, StringMap, type_name

Evaluate: TypeAlias = Callable[[list[Any], Any], Any]

INVALID, INTERFACE = "invalid", "interface"


class Expression(NamedTuple):
    """What evaluates a node, and which nil it gives: INVALID or INTERFACE.

    `node` is what it was made from, for the arguments of functions are checked by their form.
    `handed` gives the value itself where the text is nothing but its YAML, see handing.py;
    `simple` is how direct.py gets it without `evaluate`.
    """

    evaluate: Evaluate
    nil: str
    node: nodes.Operand | None = None
    handed: Evaluate | None = None
    simple: tuple[str, Any] | None = None

    @property
    def form(self) -> str:
        """How direct.py gets the value of this expression."""
        return self.simple[0] if self.simple else direct.OTHER

    @property
    def value(self) -> Any:
        """What direct.py gets it from."""
        return self.simple[1] if self.simple else self.evaluate


class Expressions:
    """Compiles the expressions of one file; `dot_nil` is the nil that the dot can be."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.dot_nil = INVALID

    def pipeline(self, pipeline: nodes.Pipeline) -> Expression:
        """Return the value of a pipeline; it sets the variables that the pipeline declares."""
        expression = self.undeclared(pipeline)
        if not pipeline.declared:
            return expression
        expression = self.assignable(pipeline, expression)
        return Expression(_declaring(pipeline.declared[0].slot, expression.evaluate), INVALID)

    def assignable(self, pipeline: nodes.Pipeline, value: Expression) -> Expression:
        """Return the value, or an error if it is assigned to a variable that does not exist."""
        missing = [v for v in pipeline.declared if v.slot == nodes.UNDEFINED]
        return self.undefined(missing[0]) if missing else value

    def undefined(self, node: nodes.Variable) -> Expression:
        """Return the error of a variable that does not exist."""
        return calls.failing(
            self.source, node.offset, f"the variable {node.name} is not declared here"
        )

    def undeclared(self, pipeline: nodes.Pipeline) -> Expression:
        """Return the value of a pipeline, whatever variables it declares."""
        value: Expression | None = None
        for command in pipeline.commands:
            value = self.command(command, value)._replace(nil=INVALID, node=pipeline)
        assert value is not None, "the parser refuses empty pipelines"  # noqa: S101
        return value

    def command(self, command: nodes.Command, piped: Expression | None) -> Expression:
        """Return the value of one command; `piped` is the result of the one before."""
        first = command.words[0]
        # Compiled in any case, for a function that does not exist is an error at once.
        arguments = [self.operand(word) for word in command.words[1:]]
        if isinstance(first, nodes.Identifier):
            return calls.call(self, first, arguments, piped)
        if not arguments and piped is None:
            if isinstance(first, nodes.Nil):
                return calls.failing(self.source, first.offset, "nil alone is no command")
            return self.operand(first)
        if isinstance(first, nodes.Field | nodes.Variable | nodes.Chain) and first.names:
            return calls.method(self, first, arguments, piped)
        message = "this is no function and takes no arguments"
        return calls.failing(self.source, first.offset, message)

    def operand(self, node: nodes.Operand) -> Expression:
        """Return the value of a word."""
        return _OPERANDS[type(node)](self, node)._replace(node=node)

    # Each kind of operand

    def dot(self, _node: nodes.Dot) -> Expression:
        """Return the dot."""
        return self._dot()

    def _dot(self) -> Expression:
        return Expression(_dot, self.dot_nil, simple=(direct.DOT, None))

    def constant(self, node: nodes.Constant) -> Expression:
        """Return a string or bool."""
        return _constant_expression(node.value)

    def nil(self, _node: nodes.Nil) -> Expression:
        """Return nil."""
        return _constant_expression(None)

    def number(self, node: nodes.Number) -> Expression:
        """Return a number where nothing asks for a type: an int unless it is written as a float."""
        value = _ideal(node)
        if value is None:
            message = f"{node.text} is too large for an int"
            return calls.failing(self.source, node.offset, message)
        return _constant_expression(value)

    def variable(self, node: nodes.Variable) -> Expression:
        """Return a variable, or keys of it."""
        start = self.value_of(node, INTERFACE if node.of_range else INVALID)
        return self.keys(start, node.names, node.offset) if node.names else start

    def value_of(self, node: nodes.Variable, nil: str) -> Expression:
        """Return a variable without its keys."""
        if node.slot == nodes.UNDEFINED:
            return self.undefined(node)
        return Expression(_slot(node.slot), nil, simple=(direct.VARIABLE, node.slot))

    def field(self, node: nodes.Field) -> Expression:
        """Return keys of the dot."""
        return self.keys(self._dot(), node.names, node.offset)

    def chain(self, node: nodes.Chain) -> Expression:
        """Return keys of a result."""
        if isinstance(node.operand, nodes.Nil):
            return calls.failing(self.source, node.offset, "nil has no keys")
        return self.keys(self.operand(node.operand), node.names, node.offset)

    def identifier(self, node: nodes.Identifier) -> Expression:
        """Return a function without arguments, as an argument."""
        return calls.call(self, node, [], None)._replace(nil=INTERFACE)

    def keys(self, start: Expression, names: list[str], offset: int) -> Expression:
        """Return what reads ``.a.b.c`` of a value."""
        other, lenient = self.unreadable(offset), start.nil == INVALID
        evaluate = direct.keys(start.form, start.value, names, lenient, other)
        return Expression(evaluate, INTERFACE)

    def unreadable(self, offset: int) -> Callable[[Any, str], Any]:
        """Return what reads a key of anything but a plain dict, or refuses it."""

        def read(value: Any, name: str) -> Any:
            if isinstance(value, StringMap):
                return value.get(name, "")
            if isinstance(value, dict):
                return value.get(name)
            if isinstance(value, Object) and name in value.members():
                return calls.member(self.source, offset, value.members()[name], name)
            raise self.source.error(_why(value, name), offset)

        return read

    def start(self, node: nodes.Field | nodes.Variable | nodes.Chain) -> Expression:
        """Return the expression without its keys."""
        if isinstance(node, nodes.Field):
            return self._dot()
        if isinstance(node, nodes.Variable):
            return self.value_of(node, INTERFACE if node.of_range else INVALID)
        return self.operand(node.operand)

    def owner(self, node: nodes.Field | nodes.Variable | nodes.Chain) -> Evaluate:
        """Return what reads all keys but the last, of a start that is given as the dot."""
        if len(node.names) == 1:
            return _dot
        start = Expression(_dot, INTERFACE, simple=(direct.DOT, None))
        return self.keys(start, node.names[:-1], node.offset).evaluate


def _ideal(node: nodes.Number) -> int | float | None:
    """Return the number as Go types it where nothing asks for a type; None for one too large."""
    is_hexadecimal = node.text[1:2] in ("x", "X") and not set("pP") & set(node.text)
    if node.text[0] != "'" and not is_hexadecimal and set(".eEpP") & set(node.text):
        return node.real
    return node.integer


def _why(value: Any, name: str) -> str:
    if value is None:
        return f"the key {name!r} is read of a value that is missing (nil)"
    return f"the key {name!r} is read of a value of type {type_name(value)}, which has none"


def _dot(_frame: list[Any], dot: Any) -> Any:
    return dot


def _slot(slot: int) -> Evaluate:
    def evaluate(frame: list[Any], _dot: Any) -> Any:
        return frame[slot]

    return evaluate


def _constant_expression(value: Any) -> Expression:
    def evaluate(_frame: list[Any], _dot: Any) -> Any:
        return value

    return Expression(evaluate, INVALID, simple=(direct.CONSTANT, value))


def _declaring(slot: int, value: Evaluate) -> Evaluate:
    def evaluate(frame: list[Any], dot: Any) -> Any:
        result = frame[slot] = value(frame, dot)
        return result

    return evaluate


_OPERANDS: dict[type, Callable[[Expressions, Any], Expression]] = {
    nodes.Dot: Expressions.dot,
    nodes.Nil: Expressions.nil,
    nodes.Constant: Expressions.constant,
    nodes.Number: Expressions.number,
    nodes.Field: Expressions.field,
    nodes.Variable: Expressions.variable,
    nodes.Chain: Expressions.chain,
    nodes.Identifier: Expressions.identifier,
    nodes.Pipeline: Expressions.pipeline,
}
