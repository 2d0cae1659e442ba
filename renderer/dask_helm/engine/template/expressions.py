"""Pipelines, commands and operands to closures that return a value."""

from collections.abc import Callable
from typing import Any

from dask_helm.engine.template import calls, nodes
from dask_helm.engine.template.applying import keys_of, keys_of_dot, keys_of_variable
from dask_helm.engine.template.closures import (
    INTERFACE,
    INVALID,
    Expression,
    Frame,
    Literal,
    failing,
)
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.scope import Scope
from dask_helm.engine.types import Object, StringMap, type_name

Keyed = nodes.Field | nodes.Variable | nodes.Chain


class Expressions:
    """Compiles the expressions of one file; `dot_nil` is the kind of nil that the dot can be."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.dot_nil = INVALID

    def pipeline(self, pipeline: nodes.Pipeline) -> Expression:
        """Return the value of a pipeline; it sets the variable that the pipeline declares."""
        expression = self.undeclared(pipeline)
        if not pipeline.declared:
            return expression
        slot, evaluate = pipeline.declared[0].slot, expression.evaluate

        def declaring(frame: Frame, dot: Any) -> Any:
            result = frame[slot] = evaluate(frame, dot)
            return result

        return Expression(declaring, INVALID, pipeline)

    def undeclared(self, pipeline: nodes.Pipeline) -> Expression:
        """Return the value of a pipeline, which the caller puts into the variables it declares."""
        value: Expression | None = None
        for command in pipeline.commands:
            value = self.command(command, value)._replace(nil=INVALID, node=pipeline)
        assert value is not None, "the parser refuses empty pipelines"  # noqa: S101
        missing = [v for v in pipeline.declared if v.slot == nodes.UNDEFINED]
        return self.undefined(missing[0]) if missing else value

    def command(self, command: nodes.Command, piped: Expression | None) -> Expression:
        """Return the value of one command; `piped` is the result of the one before."""
        first = command.words[0]
        # Compiled in any case: a function that does not exist is an error at once.
        arguments = [self.operand(word) for word in command.words[1:]]
        if isinstance(first, nodes.Identifier):
            return calls.call(self.source, self.scope, first, arguments, piped)
        if not arguments and piped is None:
            if isinstance(first, nodes.Nil):
                return failing(self.source, first, "nil is not a command")
            return self.operand(first)
        if isinstance(first, Keyed) and first.names:
            return self.method(first, arguments, piped)
        return failing(self.source, first, "this is not a function and takes no arguments")

    def method(
        self, node: Keyed, arguments: list[Expression], piped: Expression | None
    ) -> Expression:
        """Return the call of the method that the last key of `node` names."""
        read = self.reader(node.offset)

        def inner(value: Any) -> Any:
            for name in node.names[:-1]:
                value = value.get(name) if type(value) is dict else read(value, name)
            return value

        return calls.method(self.source, node, (self.start(node), inner), read, arguments, piped)

    def operand(self, node: nodes.Operand) -> Expression:
        """Return the value of a word."""
        return _OPERANDS[type(node)](self, node)._replace(node=node)

    # Each kind of operand

    def dot(self, node: nodes.Operand) -> Expression:
        """Return the dot."""
        return Expression(lambda _frame, dot: dot, self.dot_nil, node)

    def constant(self, node: nodes.Constant) -> Expression:
        """Return a string or bool."""
        return _constant(node, node.value)

    def nil(self, node: nodes.Nil) -> Expression:
        """Return nil."""
        return _constant(node, None)

    def number(self, node: nodes.Number) -> Expression:
        """Return a number where nothing asks for a type: an int unless it is written as a float."""
        is_hexadecimal = node.text[1:2] in ("x", "X") and not set("pP") & set(node.text)
        has_point = node.text[0] != "'" and not is_hexadecimal and set(".eEpP") & set(node.text)
        value = node.real if has_point else node.integer
        if value is None:
            return failing(self.source, node, f"{node.text} is too large for an int")
        return _constant(node, value)

    def undefined(self, node: nodes.Variable) -> Expression:
        """Return the error of a variable that does not exist."""
        return failing(self.source, node, f"the variable {node.name} is not declared here")

    def chain(self, node: nodes.Chain) -> Expression:
        """Return keys of a result."""
        if isinstance(node.operand, nodes.Nil):
            return failing(self.source, node, "nil has no keys")
        return self.keys(node)

    def identifier(self, node: nodes.Identifier) -> Expression:
        """Return a function without arguments, as an argument."""
        return calls.call(self.source, self.scope, node, [], None)

    # Keys

    def keys(self, node: Keyed) -> Expression:
        """Return the dot, a variable or a result, or what reads ``.a.b.c`` of it."""
        start, names = self.start(node), tuple(node.names)
        if not names:
            return start
        lenient, read = start.nil == INVALID, self.reader(node.offset)
        if isinstance(node, nodes.Field):
            return Expression(keys_of_dot(names, lenient, read), INTERFACE, node)
        if isinstance(node, nodes.Variable) and node.slot != nodes.UNDEFINED:
            return Expression(keys_of_variable(node.slot, names, lenient, read), INTERFACE, node)
        return Expression(keys_of(start.evaluate, names, lenient, read), INTERFACE, node)

    def start(self, node: Keyed) -> Expression:
        """Return the operand without its keys."""
        if isinstance(node, nodes.Field):
            return self.dot(node)
        if isinstance(node, nodes.Chain):
            return self.operand(node.operand)
        if node.slot == nodes.UNDEFINED:
            return self.undefined(node)
        slot = node.slot
        nil = INTERFACE if node.of_range else INVALID
        return Expression(lambda frame, _dot: frame[slot], nil, node)

    def reader(self, offset: int) -> Callable[[Any, str], Any]:
        """Return what reads a key of anything but a plain dict, or refuses it."""

        def read(value: Any, name: str) -> Any:
            if isinstance(value, Object) and name in (members := value.members()):
                return calls.member(self.source, offset, members[name], name)
            if isinstance(value, StringMap):
                return value.get(name, "")
            if isinstance(value, dict):
                return value.get(name)
            what = "that is missing (nil)"
            if value is not None:
                what = f"of type {type_name(value)}, which has none"
            raise self.source.error(f"the key {name!r} is read of a value {what}", offset)

        return read


def _constant(node: nodes.Operand, value: Any) -> Expression:
    return Expression(Literal(value), INVALID, node)


_OPERANDS: dict[type, Callable[[Expressions, Any], Expression]] = {
    nodes.Dot: Expressions.dot,
    nodes.Nil: Expressions.nil,
    nodes.Constant: Expressions.constant,
    nodes.Number: Expressions.number,
    nodes.Field: Expressions.keys,
    nodes.Variable: Expressions.keys,
    nodes.Chain: Expressions.chain,
    nodes.Identifier: Expressions.identifier,
    nodes.Pipeline: Expressions.pipeline,
}
