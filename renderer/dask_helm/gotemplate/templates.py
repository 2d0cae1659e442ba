"""A set of templates that can call one another: read once, rendered often."""

from threading import Lock
from typing import Any

from dask_helm.errors import TemplateError
from dask_helm.gotemplate.compiler import Template, compiled
from dask_helm.gotemplate.lexer import Source
from dask_helm.gotemplate.parser import parse
from dask_helm.gotemplate.scope import Scope
from dask_helm.gotemplate.stack import deep_stack

# What Go prints for a value that is missing, and Helm removes from what a file rendered.
_NO_VALUE = "<no value>"


class Templates:
    """Templates by name. Later definitions of the same name replace earlier ones, as in Go."""

    def __init__(self) -> None:
        self._scope = Scope()
        # Threads may share a chart, but the scope knows of one call at a time.
        self._lock = Lock()
        self._scope.parse_text = self._parsed

    def add(self, name: str, text: str) -> None:
        """Add a file, which is a template itself and may define others.

        Raises TemplateError for what cannot be parsed, or calls a function that is not known.
        """
        known = self._scope.templates
        parsed = self._parsed(name, text).items()
        self._scope.add({d: t for d, t in parsed if not t.is_empty or d not in known})

    def render(self, name: str, data: Any) -> str:
        """Return what the template prints for `data`; templates may change the data.

        Who renders several files for the same `data` leaves the maps in it as they are meanwhile.
        Raises TemplateError, with the place and the calls around it.
        """
        printed: list[str] = []
        template = self._scope.templates[name]
        with self._lock, deep_stack():
            self._print(template, data, printed)
        return "".join(printed).replace(_NO_VALUE, "")

    def _print(self, template: Template, data: Any, printed: list[str]) -> None:
        self._scope.begin(data)
        template.print(data, printed.append)

    def _parsed(self, name: str, text: str) -> dict[str, Template]:
        source = Source(name, text)
        return {d.name: compiled(d, source, self._scope) for d in parse(source)}


__all__ = ["TemplateError", "Templates"]
