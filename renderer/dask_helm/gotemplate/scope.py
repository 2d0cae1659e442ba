"""The templates that a template can call; they may be defined later, and tpl adds some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from dask_helm.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.gotemplate.compiler import Out, Template
    from dask_helm.gotemplate.lexer import Source

# Helm's own limit for one template that includes itself.
MAX_DEPTH = 1000


class Scope:
    """The compiled templates by name, and how deep their calls are nested now."""

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.depth = 0
        # How tpl turns text into a template; templates.py knows, which stands above this module.
        self.parse_text: Callable[[str, str], dict[str, Template]]


def call_template(
    scope: Scope, source: Source, offset: int, name: str, data: Any, out: Out | None
) -> Any:
    """Print a named template, or without `out` return what it hands over, see handing.py.

    An error in it tells from where it was called.
    """
    template = scope.templates.get(name)
    if template is None:
        _missing(scope, source, offset, name)
    scope.depth += 1
    try:
        if scope.depth > MAX_DEPTH:
            raise source.error(f"{name!r} is nested in itself without end", offset)
        if out is None:
            return template.hand(data)
        # As template.print, without a call of its own: charts are made of calls.
        frame = [None] * template.slots
        frame[0] = data
        template.run(frame, data, out)
    except TemplateError as error:
        error.called_from.append(source.place(offset))
        raise
    finally:
        scope.depth -= 1


def _missing(scope: Scope, source: Source, offset: int, name: str) -> NoReturn:
    from difflib import get_close_matches

    near = get_close_matches(name, scope.templates, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise source.error(f"there is no template {name!r}{hint}", offset)
