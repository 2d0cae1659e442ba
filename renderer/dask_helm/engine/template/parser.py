"""Tokens to nodes, as Go's text/template/parse builds them."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from dask_helm.engine.template import nodes
from dask_helm.engine.template.lexer import Source, Token, tokens
from dask_helm.engine.template.numerals import character, number, unquote

# Go's own limit for parentheses is 10,000, which Python's stack does not hold.
MAX_DEPTH = 100
_NEVER_FIRST = (nodes.Constant, nodes.Dot, nodes.Nil, nodes.Number)
_ENDS = ("end", "else")

T = TypeVar("T")


def parse(source: Source) -> list[nodes.Definition]:
    """Return what a file defines: its named templates, and last the file itself.

    Raises TemplateError, with the place, for a syntax error.
    """
    return _Parser(source).file()


class _Scope:
    """The variables of one definition: each gets a slot, used again after its block.

    `undefined` are names that Go accepts until they are evaluated: those that an else has from the
    branch before it, or that are before an = without being declared.
    """

    def __init__(self) -> None:
        self.variables: list[tuple[str, bool]] = [("$", False)]
        self.undefined: set[str] = set()
        self.slots = 1

    def declare(self, name: str, of_range: bool) -> int:
        self.variables.append((name, of_range))
        self.slots = max(self.slots, len(self.variables))
        return len(self.variables) - 1

    def find(self, name: str) -> int | None:
        slots = range(len(self.variables) - 1, -1, -1)
        found = next((slot for slot in slots if self.variables[slot][0] == name), None)
        return nodes.UNDEFINED if found is None and name in self.undefined else found

    def leave(self, body: int, header: int) -> None:
        """Go from a body to its else: the variables of the header are just values there."""
        self.undefined |= {name for name, _ in self.variables[body:]}
        self.variables[header:] = [(name, False) for name, _ in self.variables[header:body]]


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = list(tokens(source))
        self.position = 0
        self.scope = _Scope()
        self.ranges = 0
        self.depth = 0
        self.definitions: dict[str, nodes.Definition] = {}

    # Tokens

    def next(self) -> Token:
        token = self.tokens[self.position]
        self.position += token.kind != "eof"
        return token

    def next_word(self) -> Token:
        """Return the next token that is not space."""
        self.skip_space()
        return self.next()

    def peek(self) -> Token:
        return self.tokens[self.position]

    def peek_word(self) -> Token:
        self.skip_space()
        return self.peek()

    def skip_space(self) -> None:
        while self.tokens[self.position].kind == "space":
            self.position += 1

    def expect(self, kind: str, context: str) -> Token:
        token = self.next_word()
        if token.kind != kind:
            self.unexpected(token, context)
        return token

    def unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind == "eof":
            raise self.source.error(
                f"the file ends inside {context}; {{{{end}}}} is missing", token.offset
            )
        raise self.source.error(f"{token.text!r} does not belong into {context}", token.offset)

    # Files, definitions, lists of nodes

    def file(self) -> list[nodes.Definition]:
        body: list[nodes.Node] = []
        while self.peek().kind != "eof":
            if self.peek().kind == "left" and self.after_left().kind == "define":
                self.definition()
            else:
                self.into(body, at_top=True)
        named = list(self.definitions.values())
        return [*named, nodes.Definition(self.source.name, body, self.scope.slots)]

    def after_left(self) -> Token:
        following = self.tokens[self.position + 1]
        return self.tokens[self.position + 2] if following.kind == "space" else following

    def into(self, body: list[nodes.Node], at_top: bool = False) -> Token | None:
        """Read one text or action into `body`; return the token of an end or else instead."""
        token = self.next()
        if token.kind == "text":
            body.append(nodes.Text(token.offset, token.text))
            return None
        keyword = self.peek_word()
        if keyword.kind in _ENDS and not at_top:
            return self.next()
        body.append(self.action())
        return None

    def nodes_until_end(self, context: str) -> tuple[list[nodes.Node], Token]:
        body: list[nodes.Node] = []
        while self.peek().kind != "eof":
            ending = self.into(body)
            if ending:
                return body, ending
        return self.unexpected(self.peek(), context)

    def definition(self) -> None:
        self.next()
        self.next_word()
        name = self.template_name("a define")
        self.expect("right", "a define")
        self.define(name)

    def define(self, name: str) -> None:
        """Read the body of a define or block, in a scope of its own, up to its end."""
        around, self.scope = (self.scope, self.ranges), _Scope()
        self.ranges = 0
        body, ending = self.nested(lambda: self.nodes_until_end(f"the definition of {name!r}"))
        if ending.kind == "else":
            self.unexpected(ending, "a definition")
        self.expect("right", "an end")
        definition = nodes.Definition(name, body, self.scope.slots)
        self.scope, self.ranges = around
        self.add(definition, ending.offset)

    def add(self, definition: nodes.Definition, offset: int) -> None:
        old = self.definitions.get(definition.name)
        if old is None or old.is_empty:
            self.definitions[definition.name] = definition
        elif not definition.is_empty:
            raise self.source.error(f"{definition.name!r} is defined twice in this file", offset)

    # Actions

    def action(self) -> nodes.Node:
        token = self.peek_word()
        control = _CONTROLS.get(token.kind)
        if control:
            self.next()
            return control(self, token)
        return nodes.Action(token.offset, self.pipeline("an action", "right"))

    def branch(self, token: Token) -> nodes.Node:
        return self.nested(lambda: self.scoped_branch(token))

    def scoped_branch(self, token: Token) -> nodes.Branch:
        outside, undefined = len(self.scope.variables), set(self.scope.undefined)
        pipeline = self.pipeline(f"a {token.kind}", "right", is_range=token.kind == "range")
        inside = len(self.scope.variables)
        self.ranges += token.kind == "range"
        body, ending = self.nodes_until_end(f"a {token.kind}")
        self.ranges -= token.kind == "range"
        self.scope.leave(inside, outside)
        otherwise = self.otherwise(token, ending)
        del self.scope.variables[outside:]
        self.scope.undefined = undefined
        return nodes.Branch(token.offset, token.kind, pipeline, body, otherwise)

    def otherwise(self, token: Token, ending: Token) -> list[nodes.Node]:
        """Return the body of an else, if there is one, and read up to the end."""
        if ending.kind == "end":
            self.expect("right", "an end")
            return []
        following = self.peek_word()
        if following.kind in ("if", "with"):
            if following.kind != token.kind:
                self.unexpected(following, f"the else of a {token.kind}")
            return [self.branch(self.next())]
        self.expect("right", "an else")
        body, end = self.nodes_until_end(f"a {token.kind}")
        if end.kind != "end":
            self.unexpected(end, f"a {token.kind} that has an else already")
        self.expect("right", "an end")
        return body

    def jump(self, token: Token) -> nodes.Jump:
        self.expect("right", f"a {token.kind}")
        if not self.ranges:
            raise self.source.error(f"{token.kind} is outside of a range", token.offset)
        return nodes.Jump(token.offset, token.kind)

    def call(self, token: Token) -> nodes.Call:
        name = self.template_name("a template action")
        pipeline = None
        if self.peek_word().kind == "right":
            self.next()
        else:
            pipeline = self.pipeline("a template action", "right")
        return nodes.Call(token.offset, name, pipeline)

    def block(self, token: Token) -> nodes.Call:
        name = self.template_name("a block")
        pipeline = self.pipeline("a block", "right")
        self.define(name)
        return nodes.Call(token.offset, name, pipeline)

    def misplaced(self, token: Token) -> NoReturn:
        self.unexpected(token, "the text outside of any block")

    def template_name(self, context: str) -> str:
        return self.unquoted(self.expect("string", f"{context}, which begins with a quoted name"))

    # Pipelines

    def pipeline(self, context: str, end: str, is_range: bool = False) -> nodes.Pipeline:
        pipeline = nodes.Pipeline(self.peek_word().offset)
        names = self.declared_names(is_range)
        if names:
            pipeline.assigns = self.next_word().kind == "="
            self.scope.undefined |= {token.text for token in names}
        while self.peek_word().kind != end:
            if self.peek().kind not in _OPERANDS:
                self.unexpected(self.next(), context)
            pipeline.commands.append(self.command())
        self.check(pipeline, context, self.next())
        # Only now, for in `$x := add $x 1` the second one is a variable from before.
        declare = self.variable if pipeline.assigns else self.new_variable
        pipeline.declared = [declare(token, is_range) for token in names]
        return pipeline

    def declared_names(self, is_range: bool) -> list[Token]:
        """Return the variables before := or =, or go back to where they began."""
        begin, names = self.position, [self.next()]
        if is_range and names[0].kind == "variable" and self.peek_word().kind == ",":
            self.next()
            names.append(self.next_word())
        variables = all(token.kind == "variable" for token in names)
        if variables and self.peek_word().kind in (":=", "="):
            return names
        self.position = begin
        return []

    def new_variable(self, token: Token, is_range: bool) -> nodes.Variable:
        slot = self.scope.declare(token.text, is_range)
        return nodes.Variable(token.offset, token.text, slot, [], is_range)

    def variable(self, token: Token, _: bool = False) -> nodes.Variable:
        slot = self.scope.find(token.text)
        if slot is None:
            raise self.source.error(f"the variable {token.text} is not declared here", token.offset)
        of_range = slot != nodes.UNDEFINED and self.scope.variables[slot][1]
        return nodes.Variable(token.offset, token.text, slot, [], of_range)

    def check(self, pipeline: nodes.Pipeline, context: str, end: Token) -> None:
        if not pipeline.commands:
            raise self.source.error(f"a value is missing in {context}", end.offset)
        for command in pipeline.commands[1:]:
            if isinstance(command.words[0], _NEVER_FIRST):
                raise self.source.error("a | must be followed by a function", command.offset)

    def command(self) -> nodes.Command:
        command = nodes.Command(self.peek_word().offset, [])
        while True:
            operand = self.operand()
            if operand is not None:
                command.words.append(operand)
            token = self.next()
            if token.kind in ("right", ")"):
                self.position -= 1
            elif token.kind == "space":
                self.skip_space()
                continue
            elif token.kind != "|":
                self.unexpected(token, "an argument")
            break
        if not command.words:
            raise self.source.error("a command is empty", command.offset)
        return command

    def operand(self) -> nodes.Operand | None:
        term = self.term()
        fields = []
        while term is not None and self.peek().kind == "field":
            fields.append(self.next().text[1:])
        if term is None or not fields:
            return term
        if isinstance(term, nodes.Field | nodes.Variable):
            term.names.extend(fields)
            return term
        if isinstance(term, _NEVER_FIRST):
            raise self.source.error("no key can be read of this value", term.offset)
        return nodes.Chain(term.offset, term, fields)

    def term(self) -> nodes.Operand | None:
        token = self.next_word()
        make = _TERMS.get(token.kind)
        if make is None:
            self.position -= token.kind != "eof"
            return None
        return make(self, token)

    def parenthesized(self, _: Token) -> nodes.Pipeline:
        return self.nested(lambda: self.pipeline("parentheses", ")"))

    def nested(self, read: Callable[[], T]) -> T:
        """Go one level deeper, or refuse what Python's stack would not hold."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.source.error(f"more than {MAX_DEPTH} levels are nested", self.peek().offset)
        result = read()
        self.depth -= 1
        return result

    def numeral(self, token: Token) -> nodes.Number:
        integer, real = number(token.text)
        if integer is None and real is None:
            raise self.source.error(
                f"{token.text} is not a number, or it is too large", token.offset
            )
        return nodes.Number(token.offset, token.text, integer, real)

    def character(self, token: Token) -> nodes.Number:
        code = self.read(character, token)
        if code is None:
            raise self.source.error(f"{token.text} is not one character", token.offset)
        return nodes.Number(token.offset, token.text, code, float(code))

    def unquoted(self, token: Token) -> str:
        return self.read(unquote, token)

    def read(self, unescape: Callable[[str], T], token: Token) -> T:
        try:
            return unescape(token.text)
        except ValueError as error:
            raise self.source.error(str(error), token.offset) from None


_CONTROLS: dict[str, Callable[[_Parser, Token], nodes.Node]] = {
    "if": _Parser.branch,
    "with": _Parser.branch,
    "range": _Parser.branch,
    "break": _Parser.jump,
    "continue": _Parser.jump,
    "template": _Parser.call,
    "block": _Parser.block,
    "end": _Parser.misplaced,
    "else": _Parser.misplaced,
}
_TERMS: dict[str, Callable[[_Parser, Token], nodes.Operand]] = {
    "identifier": lambda _, token: nodes.Identifier(token.offset, token.text),
    "dot": lambda _, token: nodes.Dot(token.offset),
    "nil": lambda _, token: nodes.Nil(token.offset),
    "bool": lambda _, token: nodes.Constant(token.offset, token.text == "true"),
    "field": lambda _, token: nodes.Field(token.offset, [token.text[1:]]),
    "string": lambda parser, token: nodes.Constant(token.offset, parser.unquoted(token)),
    "variable": _Parser.variable,
    "number": _Parser.numeral,
    "char": _Parser.character,
    "(": _Parser.parenthesized,
}
_OPERANDS = frozenset(_TERMS)
