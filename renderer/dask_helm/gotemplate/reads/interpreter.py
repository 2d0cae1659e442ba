"""Runs the nodes of templates over values of which little is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dask_helm.gotemplate import nodes
from dask_helm.gotemplate.reads.functions import MERGES, applied
from dask_helm.gotemplate.reads.value import (
    NOTHING,
    OTHER,
    Path,
    Paths,
    Value,
    as_part,
    as_text,
    constant,
    constants,
    elements,
    joined,
    mapping,
    named_child,
    paths,
    tested_paths,
)

# An include of itself gets other arguments at each level, so something has to end it.
_MAX_RECURSION = 3
# A range whose variables still change after so many rounds only nests them deeper.
_MAX_ROUNDS = 4
_CHANGES = MERGES | {"set"}


class Result(NamedTuple):
    """What a template prints, and what it reads whether that is printed or not."""

    printed: Value
    read: Paths


class Interpreter:
    """Runs named templates, each once for the same argument."""

    def __init__(self, definitions: Mapping[str, nodes.Definition]) -> None:
        self._definitions = definitions
        self._results: dict[tuple[str, Value, int], Result] = {}
        self._running: list[str] = []

    def rendered(self, name: str, dot: Value) -> Paths:
        """Return the paths that are read when a file is rendered."""
        result = self.result(name, dot)
        return result.read | paths(result.printed)

    def result(self, name: str, dot: Value) -> Result:
        """Return what a template does with an argument; nothing where it runs too deep."""
        level = self._running.count(name)
        if name not in self._definitions or level >= _MAX_RECURSION:
            return Result(NOTHING, frozenset())
        if (name, dot, level) not in self._results:
            self._results[name, dot, level] = self._run(name, dot)
        return self._results[name, dot, level]

    def _run(self, name: str, dot: Value) -> Result:
        definition = self._definitions[name]
        frame = _Frame(self, [dot, *[NOTHING] * definition.slots])
        self._running.append(name)
        frame.body(definition.body, dot)
        self._running.pop()
        return frame.result()


@dataclass
class _Frame:
    """One run of a template: its variables by slot, and what it printed and read so far.

    Assignments add to what a variable may be, so no branch has to be taken back.
    """

    interpreter: Interpreter
    slots: list[Value]
    printed: list[Value] = field(default_factory=list)
    prints_text: bool = False
    paths: set[Path] = field(default_factory=set)
    changed: bool = False

    def result(self) -> Result:
        """Return the outcome; beside text of its own, a value is only a part of what is printed."""
        printed = joined(self.printed)
        whole = as_part(printed) if self.prints_text else as_text(printed)
        return Result(whole, frozenset(self.paths))

    def read(self, found: Paths) -> None:
        self.paths.update(found)

    # Nodes

    def body(self, body: Sequence[nodes.Node], dot: Value) -> None:
        for node in body:
            self.node(node, dot)

    def node(self, node: nodes.Node, dot: Value) -> None:
        if isinstance(node, nodes.Text):
            self.prints_text |= bool(node.text.strip())
        elif isinstance(node, nodes.Action):
            self.action(node.pipeline, dot)
        elif isinstance(node, nodes.Branch):
            self.branch(node, dot)
        elif isinstance(node, nodes.Call):
            argument = self.pipeline(node.pipeline, dot) if node.pipeline else NOTHING
            self.printed.append(self.include([constant(node.name), argument]))

    def action(self, pipeline: nodes.Pipeline, dot: Value) -> None:
        value = self.pipeline(pipeline, dot)
        if not pipeline.declared:
            self.printed.append(value)

    def branch(self, branch: nodes.Branch, dot: Value) -> None:
        value = self.commands(branch.pipeline, dot)
        if branch.kind == "range":
            self.loop(branch, value)
        else:
            self.read(tested_paths(value))
            self.declare(branch.pipeline, [value])
            self.body(branch.body, value if branch.kind == "with" else dot)
        self.body(branch.otherwise, dot)

    def loop(self, branch: nodes.Branch, value: Value) -> None:
        """Run the body until the variables around it hold all that it may assign."""
        if branch.otherwise or _shows_number(branch.body):
            self.read(tested_paths(value))
        changed_before = self.changed
        for _ in range(_MAX_ROUNDS):
            self.changed = False
            self.round(branch, value)
            changed_before |= self.changed
            if not self.changed:
                break
        self.changed = changed_before

    def round(self, branch: nodes.Branch, value: Value) -> None:
        for key, element in elements(value):
            one = len(branch.pipeline.declared) == 1
            self.declare(branch.pipeline, [element] if one else [key, element])
            self.body(branch.body, element)

    # Variables

    def declare(self, pipeline: nodes.Pipeline, values: Sequence[Value]) -> None:
        for variable, value in zip(pipeline.declared, values, strict=False):
            if pipeline.assigns:
                self.add(variable.slot, value)
            else:
                self.slots[variable.slot] = value

    def add(self, slot: int, value: Value) -> None:
        both = joined([self.slots[slot], value])
        self.changed |= both != self.slots[slot]
        self.slots[slot] = both

    # Pipelines

    def pipeline(self, pipeline: nodes.Pipeline, dot: Value) -> Value:
        value = self.commands(pipeline, dot)
        self.declare(pipeline, [value])
        return value

    def commands(self, pipeline: nodes.Pipeline, dot: Value) -> Value:
        value = self.command(pipeline.commands[0], dot, [])
        for command in pipeline.commands[1:]:
            value = self.command(command, dot, [value])
        return value

    def command(self, command: nodes.Command, dot: Value, piped: list[Value]) -> Value:
        first, *words = command.words
        arguments = [self.operand(word, dot) for word in words] + piped
        if isinstance(first, nodes.Identifier):
            return self.call(first.name, words, arguments)
        if not arguments:
            return self.operand(first, dot)
        return applied("a method", arguments, self.read)

    def call(self, name: str, words: list[nodes.Operand], arguments: list[Value]) -> Value:
        if name == "include":
            return self.include(arguments)
        result = applied(name, arguments, self.read)
        if name in _CHANGES:
            self.change(words[0] if words else None, result)
        return result

    def change(self, changed: nodes.Operand | None, value: Value) -> None:
        if isinstance(changed, nodes.Variable):
            for name in reversed(changed.names):
                value = mapping({name: value})
            self.add(changed.slot, value)

    def include(self, arguments: list[Value]) -> Value:
        names = constants(arguments[0]) if len(arguments) == 2 else None
        if names is None:
            return applied("include", arguments, self.read)
        results = [self.interpreter.result(name, arguments[1]) for name in sorted(names)]
        for result in results:
            self.read(result.read)
        return joined(result.printed for result in results)

    def operand(self, operand: nodes.Operand, dot: Value) -> Value:
        if isinstance(operand, nodes.Field):
            return _walked(dot, operand.names)
        if isinstance(operand, nodes.Variable):
            return _walked(self.slots[operand.slot], operand.names)
        if isinstance(operand, nodes.Chain):
            return _walked(self.operand(operand.operand, dot), operand.names)
        if isinstance(operand, nodes.Pipeline):
            return self.pipeline(operand, dot)
        if isinstance(operand, nodes.Identifier):
            return self.call(operand.name, [], [])
        return dot if isinstance(operand, nodes.Dot) else _literal(operand)


def _walked(value: Value, names: Sequence[str]) -> Value:
    for name in names:
        value = named_child(value, name)
    return value


def _literal(operand: nodes.Operand) -> Value:
    if isinstance(operand, nodes.Constant) and isinstance(operand.value, str):
        return constant(operand.value)
    if isinstance(operand, nodes.Number) and operand.integer is not None:
        return constant(str(operand.integer))
    return OTHER


def _shows_number(body: Sequence[nodes.Node]) -> bool:
    """Whether a range prints text of its own for each element."""
    return any(isinstance(node, nodes.Text) and node.text.strip() for node in body)
