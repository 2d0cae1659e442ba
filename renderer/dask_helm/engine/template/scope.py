"""The templates that can call one another, and how deep their calls are nested."""

from collections.abc import Callable
from typing import Any

from dask_helm.engine.template.closures import Evaluate, Out, Step
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.nodes import Definition
from dask_helm.errors import TemplateError
from dask_helm.text import did_you_mean

# Helm's own limit for templates that include one another.
MAX_DEPTH = 1000


class Template:
    """A compiled template; `slots` is the size of its frame.

    `tail` returns what the last action prints, if that can be a YamlText, and `head` runs all nodes
    before it.
    """

    __slots__ = ("head", "is_empty", "run", "slots", "tail")

    def __init__(self, definition: Definition, run: Step, head: Step, tail: Evaluate | None):
        self.is_empty = definition.is_empty
        self.slots = definition.slots
        self.run, self.head, self.tail = run, head, tail

    def print(self, data: Any, out: Out) -> None:
        """Print the template for `data`, which is both dot and ``$``."""
        frame = [None] * self.slots
        frame[0] = data
        self.run(frame, data, out)

    def result(self, data: Any) -> Any:
        """Return what the template prints, a YamlText if that is all of it."""
        printed: list[Any] = []
        if self.tail is None:
            self.print(data, printed.append)
            return "".join(printed)
        frame = [data, *[None] * (self.slots - 1)]
        self.head(frame, data, printed.append)
        last = self.tail(frame, data)
        return "".join([*printed, str(last)]) if printed else last


class Scope:
    """The templates by name; a template may call one that is defined later.

    `compile` compiles a text for tpl; it is set by templates.py, which is above this module.
    """

    compile: Callable[[str, str], dict[str, Template]]

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.depth = 0

    def print(self, source: Source, offset: int, name: str, data: Any, out: Out) -> None:
        """Print a template; `source` and `offset` are the place of the call.

        A TemplateError that is raised in it gets the place of the call, too.
        """
        template = self._entered(source, offset, name)
        try:
            template.print(data, out)
        except TemplateError as error:
            error.called_from.append(source.place(offset))
            raise
        finally:
            self.depth -= 1

    def text(self, source: Source, offset: int, name: str, data: Any) -> str:
        """Return what a template prints."""
        printed: list[str] = []
        self.print(source, offset, name, data, printed.append)
        return "".join(printed)

    def result(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what a template prints, a YamlText if that is all of it."""
        template = self._entered(source, offset, name)
        try:
            return template.result(data)
        except TemplateError as error:
            error.called_from.append(source.place(offset))
            raise
        finally:
            self.depth -= 1

    def _entered(self, source: Source, offset: int, name: str) -> Template:
        template = self.templates.get(name)
        if template is None:
            hint = did_you_mean(name, self.templates)
            raise source.error(f"there is no template {name!r}{hint}", offset)
        if self.depth >= MAX_DEPTH:
            error = source.error(f"{name!r} is nested in itself without end", offset)
            error.called_from.append(source.place(offset))
            raise error
        self.depth += 1
        return template
