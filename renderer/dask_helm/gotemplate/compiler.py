"""Nodes to closures.

A step is called with the frame (the list of a template's variables), the dot and a function that
takes printed text. An expression is called with frame and dot and returns a value.
"""

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

from dask_helm.gotemplate import direct, nodes
from dask_helm.gotemplate.direct import Evaluate, Frame, Out, Step
from dask_helm.gotemplate.expressions import Expressions
from dask_helm.gotemplate.handing import is_silent
from dask_helm.gotemplate.lexer import Source
from dask_helm.gotemplate.printing import text
from dask_helm.gotemplate.scope import Scope
from dask_helm.gotemplate.types import FunctionError


class Break(Exception):  # noqa: N818  it is a jump, no error
    """Leaves the innermost range."""


class Continue(Exception):  # noqa: N818
    """Goes on with the next element of the innermost range."""


class Template:
    """A compiled template: `run` prints it, `handed` gives what it hands over, see handing.py.

    `body` is what it was made from, for demands.py.
    """

    __slots__ = ("body", "handed", "is_empty", "run", "slots")

    def __init__(self, run: Step, handed: Evaluate | None, definition: nodes.Definition) -> None:
        self.run = run
        self.handed = handed
        self.body = definition.body
        self.slots = definition.slots
        self.is_empty = definition.is_empty

    def print(self, data: Any, out: Out) -> None:
        """Print the template for `data`, which is both dot and ``$``."""
        frame = [None] * self.slots
        frame[0] = data
        self.run(frame, data, out)

    def hand(self, data: Any) -> Any:
        """Return the template's text for `data`, or a Handed instead of the text of its value."""
        if self.handed is not None:
            return self.handed([data, *[None] * (self.slots - 1)], data)
        printed: list[str] = []
        self.print(data, printed.append)
        return "".join(printed)


def compiled(definition: nodes.Definition, source: Source, scope: Scope) -> Template:
    """Return the template of a definition; raises TemplateError for words that are not known."""
    compiler, body = Compiler(source, scope), definition.body
    handed = compiler.handed(body) if is_silent(body[:-1]) else None
    run = compiler.steps(body)
    scope.recalls = scope.recalls and compiler.expressions.changes.are_own
    return Template(run, handed, definition)


class Compiler:
    """Compiles the nodes of one file."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.expressions = Expressions(source, scope)

    def steps(self, body: list[nodes.Node], dot_nil: str = "invalid") -> Step:
        """Return one step for a list of nodes; `dot_nil` as in expressions.Expression.nil."""
        self.expressions.dot_nil, outside = dot_nil, self.expressions.dot_nil
        parts = [self.part(node) for node in body]
        self.expressions.dot_nil = outside
        return direct.sequence(parts)

    def handed(self, body: list[nodes.Node]) -> Evaluate | None:
        """Return what gives the value that is all the body prints, as YAML; None if it is not."""
        last = body[-1] if body else None
        if not isinstance(last, nodes.Action) or last.pipeline.declared:
            return None
        handed = self.expressions.pipeline(last.pipeline).handed
        return _after(self.steps(body[:-1]), handed) if handed else None

    def part(self, node: nodes.Node) -> direct.Part:
        """Return what one node does."""
        if isinstance(node, nodes.Text):
            return direct.Part(direct.TEXT, (node.text,))
        if isinstance(node, nodes.Action):
            return self.action(node)
        if isinstance(node, nodes.Branch):
            return self.branch(node)
        if isinstance(node, nodes.Jump):
            return _part(_jump(Break if node.kind == "break" else Continue))
        return _part(self.call(node))

    def action(self, node: nodes.Action) -> direct.Part:
        """Return what prints a value, or sets a variable and prints nothing."""
        pipeline = node.pipeline
        evaluate = self.expressions.undeclared(pipeline).evaluate
        if pipeline.declared:
            return direct.Part(direct.SET, (pipeline.declared[0].slot, evaluate))
        return direct.Part(direct.PRINT, (evaluate, _printing(self.source, node.offset)))

    def branch(self, node: nodes.Branch) -> direct.Part:
        """Return an if, with or range."""
        if node.kind == "range":
            return _part(self.range(node))
        condition = self.expressions.pipeline(node.pipeline).evaluate
        body = self.steps(node.body, self.expressions.dot_nil)
        if not node.otherwise:
            form = direct.WITH if node.kind == "with" else direct.IF
            return direct.Part(form, (condition, body))
        otherwise = self.steps(node.otherwise, self.expressions.dot_nil)
        form = direct.WITH_ELSE if node.kind == "with" else direct.IF_ELSE
        return direct.Part(form, (condition, body, otherwise))

    def range(self, node: nodes.Branch) -> Step:
        """Return a range; its elements are the dot inside."""
        pipeline, slots = node.pipeline, tuple(v.slot for v in node.pipeline.declared)
        values = self.expressions.undeclared(pipeline).evaluate
        body = self.steps(node.body, "interface")
        otherwise = self.steps(node.otherwise, self.expressions.dot_nil)
        jumps = (Continue, Break) if _jumps(node.body) else None
        return direct.loop(values, slots, self.elements(pipeline), body, otherwise, jumps)

    def elements(self, pipeline: nodes.Pipeline) -> Callable[[Any], Iterable[tuple[Any, Any]]]:
        """Return what splits a value that is no plain dict or list into keys and elements."""

        def elements(value: Any) -> Iterable[tuple[Any, Any]]:
            if value is None:
                return ()
            if isinstance(value, dict):
                return sorted(value.items())
            if isinstance(value, list):
                return list(enumerate(value))
            if isinstance(value, int) and not isinstance(value, bool):
                if len(pipeline.declared) < 2:
                    return zip(repeat(None), map(type(value), range(value))) if value > 0 else ()
                message = "a number gives only one variable"
            else:
                message = f"range can't iterate over {text(value)}"
            raise self.source.error(message, pipeline.offset)

        return elements

    def call(self, node: nodes.Call) -> Step:
        """Return what prints another template."""
        pipeline = node.pipeline
        data = self.expressions.pipeline(pipeline).evaluate if pipeline else _nothing
        source, scope, name, offset = self.source, self.scope, node.name, node.offset

        def step(frame: Frame, dot: Any, out: Out) -> None:
            scope.call(source, offset, name, data(frame, dot), out)

        return step


def _nothing(_frame: Frame, _dot: Any) -> None:
    return None


def _after(silent: Step, evaluate: Evaluate) -> Evaluate:
    def handed(frame: Frame, dot: Any) -> Any:
        silent(frame, dot, _lost)
        return evaluate(frame, dot)

    return handed


def _lost(_text: str) -> None:
    """Take text that nobody gets."""


def _part(step: Step) -> direct.Part:
    return direct.Part(direct.STEP, (step,))


def _printing(source: Source, offset: int) -> Callable[[Any], str]:
    """Return what makes text of a value that is none."""

    def printed(value: Any) -> str:
        try:
            return text(value)
        except FunctionError as failure:
            raise source.error(str(failure), offset) from None

    return printed


def _jump(jump: type[Exception]) -> Step:
    def step(_frame: Frame, _dot: Any, _out: Out) -> None:
        raise jump

    return step


def _jumps(body: list[nodes.Node]) -> bool:
    """Whether a break or continue in here belongs to the range around."""
    return any(
        isinstance(node, nodes.Jump) or (isinstance(node, nodes.Branch) and _jumps_of_branch(node))
        for node in body
    )


def _jumps_of_branch(node: nodes.Branch) -> bool:
    inner = [] if node.kind == "range" else node.body
    return _jumps(inner) or _jumps(node.otherwise)
