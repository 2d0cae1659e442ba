"""Values as text: what ``{{ value }}`` prints, and Go's fmt for print, println and printf."""

from collections.abc import Sequence
from typing import Any

from dask_helm.engine.template.printing.formats import formatted
from dask_helm.engine.template.printing.plain import NO_VALUE, plain


def text(value: Any) -> str:
    """Return what ``{{ value }}`` prints.

    Raises FunctionError for what is too long or nested too deeply.
    """
    return NO_VALUE if value is None else plain(value)


def sprint(values: Sequence[Any]) -> str:
    """Return the values with spaces between two that are not strings, as Go's Sprint does."""
    parts: list[str] = []
    follows_string = True
    for value in values:
        is_string = isinstance(value, str)
        parts.append(plain(value) if is_string or follows_string else f" {plain(value)}")
        follows_string = is_string
    return "".join(parts)


def sprintln(values: Sequence[Any]) -> str:
    """Return the values with spaces between all of them and a newline, as Go's Sprintln does."""
    return " ".join([plain(value) for value in values]) + "\n"


def sprintf(format: str, values: Sequence[Any]) -> str:  # noqa: A002  Go's own name for it
    """Return the format with its directives replaced by the values, as Go's Sprintf does."""
    # Nearly all formats join texts.
    if format.count("%") == format.count("%s") == len(values) and {*map(type, values)} <= {str}:
        return format % tuple(values)
    return formatted(format, values)
