"""Nodes to steps: closures that print."""

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

from dask_helm.engine.template import nodes
from dask_helm.engine.template.closures import INTERFACE, Evaluate, Frame, Out, Step
from dask_helm.engine.template.expressions import Expressions
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.printing import text
from dask_helm.engine.template.scope import Scope, Template
from dask_helm.engine.types import FunctionError


class Break(Exception):  # noqa: N818  it is a jump, no error
    """Leaves the innermost range."""


class Continue(Exception):  # noqa: N818
    """Goes on with the next element of the innermost range."""


def compiled(definition: nodes.Definition, source: Source, scope: Scope) -> Template:
    """Return the template of a definition; raises TemplateError for unknown functions."""
    return _Compiler(source, scope).template(definition)


class _Compiler:
    """Compiles the nodes of one file."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.expressions = Expressions(source, scope)

    def template(self, definition: nodes.Definition) -> Template:
        """Return the template of a definition."""
        *others, last = definition.body or [nodes.Text(0, "")]
        steps, tail = [self.step(node) for node in others], None
        if isinstance(last, nodes.Action) and not last.pipeline.declared:
            tail = self.expressions.undeclared(last.pipeline).lazy
        if tail is None:
            steps.append(self.step(last))
        return Template(definition, _sequence(steps), tail)

    def body(self, body: list[nodes.Node], dot_nil: str) -> Step:
        """Return one step for a list of nodes; `dot_nil` is the nil that the dot can be."""
        self.expressions.dot_nil, outside = dot_nil, self.expressions.dot_nil
        steps = [self.step(node) for node in body]
        self.expressions.dot_nil = outside
        return _sequence(steps)

    def step(self, node: nodes.Node) -> Step:
        """Return what one node does."""
        return _STEPS[type(node)](self, node)

    def text(self, node: nodes.Text) -> Step:
        """Return what prints a text."""
        printed = node.text
        return lambda _frame, _dot, out: out(printed)

    def action(self, node: nodes.Action) -> Step:
        """Return what prints a value, or sets a variable and prints nothing."""
        pipeline = node.pipeline
        evaluate = self.expressions.undeclared(pipeline).evaluate
        if not pipeline.declared:
            return self.printing(node.offset, evaluate)
        slot = pipeline.declared[0].slot

        def step(frame: Frame, dot: Any, _out: Out) -> None:
            frame[slot] = evaluate(frame, dot)

        return step

    def printing(self, offset: int, evaluate: Evaluate) -> Step:
        """Return what prints a value."""
        source = self.source

        def step(frame: Frame, dot: Any, out: Out) -> None:
            value = evaluate(frame, dot)
            try:
                out(value if type(value) is str else text(value))
            except FunctionError as failure:
                raise source.error(str(failure), offset) from None

        return step

    def branch(self, node: nodes.Branch) -> Step:
        """Return an if, with or range."""
        if node.kind == "range":
            return self.range(node)
        condition = self.expressions.pipeline(node.pipeline).evaluate
        body = self.body(node.body, self.expressions.dot_nil)
        otherwise = self.body(node.otherwise, self.expressions.dot_nil)
        is_with = node.kind == "with"

        def step(frame: Frame, dot: Any, out: Out) -> None:
            value = condition(frame, dot)
            if value:
                body(frame, value if is_with else dot, out)
            else:
                otherwise(frame, dot, out)

        return step

    def range(self, node: nodes.Branch) -> Step:
        """Return a range; its elements are the dot inside."""
        values = self.expressions.undeclared(node.pipeline).evaluate
        body = self.body(node.body, INTERFACE)
        otherwise = self.body(node.otherwise, self.expressions.dot_nil)
        pairs = self.pairs(node.pipeline)
        slots = [variable.slot for variable in node.pipeline.declared]
        of_key, of_element = (None, *slots)[-2:] if slots else (None, None)

        def step(frame: Frame, dot: Any, out: Out) -> None:
            value = values(frame, dot)
            # Go sets the variables to the whole value at first.
            for slot in slots:
                frame[slot] = value
            found = pairs(value)
            if not found:
                otherwise(frame, dot, out)
            for key, element in found:
                if of_key is not None:
                    frame[of_key] = key
                if of_element is not None:
                    frame[of_element] = element
                try:
                    body(frame, element, out)
                except Continue:
                    continue
                except Break:
                    break

        return step

    def pairs(self, pipeline: nodes.Pipeline) -> Callable[[Any], Iterable[tuple[Any, Any]]]:
        """Return what splits a value into its keys and elements."""

        def pairs(value: Any) -> Iterable[tuple[Any, Any]]:
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

        return pairs

    def jump(self, node: nodes.Jump) -> Step:
        """Return a break or continue."""
        kind = Break if node.kind == "break" else Continue

        def step(_frame: Frame, _dot: Any, _out: Out) -> None:
            raise kind

        return step

    def call(self, node: nodes.Call) -> Step:
        """Return what prints another template."""
        pipeline = node.pipeline
        data = self.expressions.pipeline(pipeline).evaluate if pipeline else None
        source, scope, name, offset = self.source, self.scope, node.name, node.offset

        def step(frame: Frame, dot: Any, out: Out) -> None:
            out(scope.text(source, offset, name, data(frame, dot) if data else None))

        return step


def _sequence(steps: list[Step]) -> Step:
    def run(frame: Frame, dot: Any, out: Out) -> None:
        for step in steps:
            step(frame, dot, out)

    return steps[0] if len(steps) == 1 else run


_STEPS: dict[type, Callable[[_Compiler, Any], Step]] = {
    nodes.Text: _Compiler.text,
    nodes.Action: _Compiler.action,
    nodes.Branch: _Compiler.branch,
    nodes.Jump: _Compiler.jump,
    nodes.Call: _Compiler.call,
}
