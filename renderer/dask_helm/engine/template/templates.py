"""A set of templates that can call one another: read once, rendered often."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from dask_helm.engine.template.compiler import compiled
from dask_helm.engine.template.lexer import Source
from dask_helm.engine.template.parser import parse
from dask_helm.engine.template.printing.plain import NO_VALUE
from dask_helm.engine.template.scope import Scope, Template

# Helm allows a template to include itself 1,000 times, which takes about 15 Python frames each.
_FRAMES = 20_000


class Templates:
    """Templates by name. Later definitions of the same name replace earlier ones, as in Go."""

    def __init__(self) -> None:
        self._scope = Scope()
        self._scope.compile = self._compiled
        # Threads may share a chart, but the scope counts the depth of one rendering.
        self._lock = Lock()

    def add(self, name: str, text: str) -> None:
        """Add a file, which is a template itself and may define others.

        Raises TemplateError for a text that cannot be parsed or calls an unknown function.
        """
        known = self._scope.templates
        for defined, template in self._compiled(name, text).items():
            if defined not in known or not template.is_empty:
                known[defined] = template

    def render(self, name: str, data: Any) -> str:
        """Return what the template prints for `data`; templates may change the data.

        Raises TemplateError, with the place and the calls around it.
        """
        with self._lock, _deep_stack():
            return str(self._scope.templates[name].result(data)).replace(NO_VALUE, "")

    def _compiled(self, name: str, text: str) -> dict[str, Template]:
        source = Source(name, text)
        return {d.name: compiled(d, source, self._scope) for d in parse(source)}


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Raise Python's recursion limit during a rendering."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
