"""What a template demands of its input: the keys that it reads, as far as its text shows them.

Most templates get a map that holds everything and read a few keys of it, such as
``.root.Release.Name``. What they give depends on these alone. A template that uses its input in
another way, such as ``toYaml .``, demands all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dask_helm.gotemplate import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# The keys that lead to a value; none lead to the input itself.
Path: TypeAlias = tuple[str, ...]
# What an include passes on: the value at a path, or a new map with such values.
Passed: TypeAlias = "Path | dict[str, Path]"
Call: TypeAlias = "tuple[str, Passed]"
# More than templates read of their input by name, for some read more with each that they call.
_MOST = 60


class Reads:
    """The values that a template reads, the maps that it reads them of, and what it calls."""

    __slots__ = ("calls", "maps", "values")

    def __init__(
        self, values: Iterable[Path], maps: Iterable[Path], calls: Sequence[Call] = ()
    ) -> None:
        self.values, self.maps, self.calls = frozenset(values), frozenset(maps), calls


def reads(body: Sequence[nodes.Node]) -> Reads:
    """Return what the nodes of a definition read of its input."""
    reader = _Reader()
    reader.body(body, of_input=True)
    return Reads(reader.values, reader.maps, reader.calls)


class Demands:
    """What templates demand with all that they call; `find` returns the nodes of a template."""

    def __init__(self, find: Callable[[str], Sequence[nodes.Node] | None]) -> None:
        self._find = find
        self._known: dict[str, Reads | None] = {}

    def of(self, name: str) -> Reads | None:
        """Return all that is read, None when it may be the whole input, or there is no template."""
        if name not in self._known:
            self._known[name] = None  # for those that call one another without end
            body = self._find(name)
            self._known[name] = None if body is None else _complete(reads(body), self.of)
        return self._known[name]


def _complete(own: Reads, demands: Callable[[str], Reads | None]) -> Reads | None:
    parts = [own, *(_read_by_call(demands(name), passed) for name, passed in own.calls)]
    values = frozenset[Path]().union(*(part.values for part in parts))
    maps = frozenset[Path]().union(*(part.maps for part in parts))
    if () in values or len(values) + len(maps) > _MOST:
        return None
    # What stands below a value is known with it.
    values = frozenset(path for path in values if not _is_below(path, values))
    return Reads(values, frozenset(m for m in maps - values if not _is_below(m, values)))


def _is_below(path: Path, others: frozenset[Path]) -> bool:
    return any(path[:end] in others for end in range(1, len(path)))


def _read_by_call(called: Reads | None, passed: Passed) -> Reads:
    """Return what a called template reads of the input of the one that calls it."""
    if isinstance(passed, dict):
        if called is None:
            return Reads(passed.values(), ())
        return Reads(_below_items(passed, called.values), _below_items(passed, called.maps))
    if called is None:
        return Reads([passed], ())
    return Reads(_below(passed, called.values), _below(passed, called.maps))


def _below(start: Path, paths: frozenset[Path]) -> frozenset[Path]:
    return frozenset(start + path for path in paths)


def _below_items(items: Mapping[str, Path], paths: frozenset[Path]) -> frozenset[Path]:
    return frozenset(items[path[0]] + path[1:] for path in paths if path and path[0] in items)


class _Reader:
    """Goes through the nodes; `of_input` is whether the dot is the input where they stand."""

    def __init__(self) -> None:
        self.values: set[Path] = set()
        self.maps: set[Path] = set()
        self.calls: list[Call] = []

    def body(self, body: Sequence[nodes.Node], of_input: bool) -> None:
        for node in body:
            if isinstance(node, nodes.Action):
                self.pipeline(node.pipeline, of_input)
            elif isinstance(node, nodes.Branch):
                self.branch(node, of_input)
            elif isinstance(node, nodes.Call) and node.pipeline:
                self.template(node.name, node.pipeline, of_input)

    def branch(self, node: nodes.Branch, of_input: bool) -> None:
        self.pipeline(node.pipeline, of_input)
        self.body(node.body, of_input and node.kind == "if")
        self.body(node.otherwise, of_input)

    def template(self, name: str, pipeline: nodes.Pipeline, of_input: bool) -> None:
        commands = pipeline.commands
        if pipeline.declared or len(commands) > 1 or len(commands[0].words) > 1:
            self.pipeline(pipeline, of_input)
        else:
            self.call(name, commands[0].words[0], of_input)

    def pipeline(self, pipeline: nodes.Pipeline, of_input: bool) -> None:
        for command in pipeline.commands:
            words = command.words
            name = words[1] if len(words) == 3 and _is_function(words[0], "include") else None
            if isinstance(name, nodes.Constant) and isinstance(name.value, str):
                self.call(name.value, words[2], of_input)
            else:
                self.operands(words, of_input)

    def operands(self, words: Sequence[nodes.Operand], of_input: bool) -> None:
        for word in words:
            path = _path(word, of_input)
            if path is not None:
                self.values.add(path)
            elif isinstance(word, nodes.Chain):
                self.operands([word.operand], of_input)
            elif isinstance(word, nodes.Pipeline):
                self.pipeline(word, of_input)

    def call(self, name: str, data: nodes.Operand, of_input: bool) -> None:
        """Note a call, which reads of what it gets only what that template reads."""
        path, items = _path(data, of_input), _items(data)
        if path is not None:
            self.calls.append((name, self.passed(path)))
        elif items is None:
            self.operands([data], of_input)
        else:
            self.operands([i for i in items.values() if _path(i, of_input) is None], of_input)
            paths = {key: _path(item, of_input) for key, item in items.items()}
            passed = {key: self.passed(p) for key, p in paths.items() if p is not None}
            self.calls.append((name, passed))

    def passed(self, path: Path) -> Path:
        """Note that this is evaluated, which is an error where there is no map to read it of."""
        self.maps.add(path[:-1])
        return path


def _is_function(word: nodes.Operand, name: str) -> bool:
    return isinstance(word, nodes.Identifier) and word.name == name


def _path(word: nodes.Operand, of_input: bool) -> Path | None:
    """Return the path of a part of the input."""
    if isinstance(word, nodes.Variable) and word.slot == 0:
        return tuple(word.names)
    if isinstance(word, nodes.Field) and of_input:
        return tuple(word.names)
    return () if isinstance(word, nodes.Dot) and of_input else None


def _items(word: nodes.Operand) -> dict[str, nodes.Operand] | None:
    """Return the items of a map that is written out: ``(dict "key" .value)``."""
    if not isinstance(word, nodes.Pipeline) or word.declared or len(word.commands) > 1:
        return None
    function, *words = word.commands[0].words
    keys = [key.value for key in words[::2] if isinstance(key, nodes.Constant)]
    if not _is_function(function, "dict") or 2 * len(set(keys)) != len(words):
        return None
    items = zip(keys, words[1::2], strict=True)
    return {key: item for key, item in items if isinstance(key, str)}
