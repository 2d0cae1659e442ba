"""The templates that can call one another, and how deep their calls are nested."""

from collections.abc import Callable
from typing import Any

from dask_helm.engine.template.closures import Evaluate, Step
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.nodes import Definition
from dask_helm.errors import TemplateError
from dask_helm.text import did_you_mean

# Helm's own limit for templates that include one another.
MAX_DEPTH = 1000


class Template:
    """A compiled template; `slots` is the size of its frame.

    `head` runs its nodes, but not the last one if this can print a DataText, which `tail` returns.
    """

    __slots__ = ("head", "is_empty", "slots", "tail")

    def __init__(self, definition: Definition, head: Step, tail: Evaluate | None):
        self.is_empty = definition.is_empty
        self.slots = definition.slots
        self.head, self.tail = head, tail

    def result(self, data: Any) -> Any:
        """Return what the template prints for `data`, which is both dot and ``$``.

        It is a DataText if that is all of it, else a text.
        """
        printed: list[Any] = []
        frame = [data, *[None] * (self.slots - 1)]
        self.head(frame, data, printed.append)
        if self.tail is not None:
            last = self.tail(frame, data)
            if not printed:
                return last
            printed.append(str(last))
        return "".join(printed)


class Scope:
    """The templates by name; a template may call one that is defined later.

    `compile` compiles a text for tpl; it is set by templates.py, which is above this module.
    """

    compile: Callable[[str, str], dict[str, Template]]

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.depth = 0

    def text(self, source: Source, offset: int, name: str, data: Any) -> str:
        """Return the text of what a template prints."""
        return str(self.result(source, offset, name, data))

    def result(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what a template prints, a DataText if that is all of it.

        `source` and `offset` are the place of the call, which a TemplateError gets, too.
        """
        template = self.templates.get(name)
        if template is None:
            hint = did_you_mean(name, self.templates)
            raise source.error(f"there is no template {name!r}{hint}", offset)
        if self.depth >= MAX_DEPTH:
            error = source.error(f"{name!r} is nested in itself without end", offset)
            error.called_from.append(source.place(offset))
            raise error
        self.depth += 1
        try:
            return template.result(data)
        except TemplateError as error:
            error.called_from.append(source.place(offset))
            raise
        finally:
            self.depth -= 1
