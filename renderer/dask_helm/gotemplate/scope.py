"""The templates that a template can call; they may be defined later, and tpl adds some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from dask_helm.errors import TemplateError
from dask_helm.gotemplate.keys import Keys
from dask_helm.gotemplate.recall import Recall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_helm.gotemplate.compiler import Template
    from dask_helm.gotemplate.direct import Out
    from dask_helm.gotemplate.lexer import Source
    from dask_helm.gotemplate.nodes import Node

# Helm's own limit for one template that includes itself.
MAX_DEPTH = 1000


class Scope:
    """The compiled templates by name, and how deep their calls are nested now.

    `recalls` says whether results of templates may be used again. `root` is the data of the file
    that is rendered, `maps` are that and the maps in it by their ids, if something is recalled.
    `texts` and `handed` call a template for its text or for what it hands over, `keys` tell which
    inputs are the same to a template.
    """

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.depth = self._deepest = 0
        self.recalls = True
        self.root: Any = None
        self.maps: dict[int, Any] = {}
        self.keys = Keys(self._body)
        self.texts = Recall(self, self.text)
        self.handed = Recall(self, self._value)
        # How tpl turns text into a template; templates.py knows, which stands above this module.
        self.parse_text: Callable[[str, str], dict[str, Template]]

    def begin(self, root: Any) -> None:
        """Begin with a file; of the last one's root, only the maps in it can be the same still."""
        self.depth = self._deepest = 0
        found = [root, *root.values()] if self.recalls and type(root) is dict else []
        maps = {id(part): part for part in found if type(part) is dict}
        same = self.maps.keys() & maps.keys() - {id(root)} if root is self.root else set()
        for recall in (self.texts, self.handed):
            recall.begin(same)
        # Not before: no new map gets the id of one that is still held.
        self.root, self.maps = root, maps

    def add(self, templates: dict[str, Template]) -> None:
        """Add templates; what others gave may have come from those that they replace."""
        self.templates.update(templates)
        for known in (self.texts, self.handed, self.keys):
            known.forget()

    def call(self, source: Source, offset: int, name: str, data: Any, out: Out | None) -> Any:
        """Print a template, or without `out` return what it hands over, see handing.py.

        An error in it tells from where it was called.
        """
        template = self.templates.get(name)
        if template is None:
            _missing(self, source, offset, name)
        depth = self.depth = self.depth + 1
        try:
            if depth > self._deepest:
                self._deepest = depth
                if depth > MAX_DEPTH:
                    raise source.error(f"{name!r} is nested in itself without end", offset)
            if out is None:
                return template.hand(data)
            # As template.print, without a call of its own.
            frame = [None] * template.slots
            frame[0] = data
            template.run(frame, data, out)
        except TemplateError as error:
            error.called_from.append(source.place(offset))
            raise
        finally:
            self.depth = depth - 1

    def text(self, source: Source, offset: int, name: str, data: Any) -> str:
        """Return what a template prints."""
        printed: list[str] = []
        self.call(source, offset, name, data, printed.append)
        return "".join(printed)

    def _body(self, name: str) -> Sequence[Node] | None:
        template = self.templates.get(name)
        return template.body if template else None

    def _value(self, source: Source, offset: int, name: str, data: Any) -> Any:
        return self.call(source, offset, name, data, None)

    def measured(self, call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[int, Any]:
        """Return how many levels of calls this call takes, and its result."""
        before, self._deepest = self._deepest, self.depth
        try:
            result = call(*arguments)
            return self._deepest - self.depth, result
        finally:
            self._deepest = max(before, self._deepest)

    def holds(self, levels: int) -> bool:
        """Whether so many levels of calls can follow; they count as called."""
        deepest = self.depth + levels
        if deepest > MAX_DEPTH:
            return False
        if deepest > self._deepest:
            self._deepest = deepest
        return True


def _missing(scope: Scope, source: Source, offset: int, name: str) -> NoReturn:
    from difflib import get_close_matches

    near = get_close_matches(name, scope.templates, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise source.error(f"there is no template {name!r}{hint}", offset)
