"""Values as text: what ``{{ value }}`` prints, and Go's fmt for print, println and printf."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dask_helm.gotemplate.printing.formats import formatted
from dask_helm.gotemplate.printing.plain import plain
from dask_helm.gotemplate.types import Int64

_SIMPLE = re.compile("%([sdv%])")
_MAX_PLANS = 1000


def text(value: Any) -> str:
    """Return what ``{{ value }}`` prints.

    Raises FunctionError for what is too long or nested too deeply.
    """
    return "<no value>" if value is None else plain(value)


def sprint(values: Sequence[Any]) -> str:
    """Return the values with spaces between two that are no strings, as Go's Sprint does."""
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
    plan = _PLANS.get(format) or _planned(format)
    if plan.texts == tuple(map(type, values)):
        return plan.template % values
    if len(plan.converters) != len(values):
        return formatted(format, values)
    parts = []
    for converters, value in zip(plan.converters, values, strict=True):
        convert = converters.get(type(value))
        if convert is None:
            return formatted(format, values)
        parts.append(convert(value))
    return plan.template % tuple(parts) if plan.is_simple else formatted(format, values)


class _Plan(NamedTuple):
    """A format of plain %s, %d and %v: Python's own format, and what converts the arguments.

    `texts` are the types of arguments that need no conversion.
    """

    is_simple: bool
    template: str
    converters: tuple[dict[type, Callable[[Any], str]], ...]
    texts: tuple[type, ...] | None = None


_PLANS: dict[str, _Plan] = {}


def _planned(format: str) -> _Plan:  # noqa: A002
    if len(_PLANS) >= _MAX_PLANS:
        _PLANS.clear()
    plan = _PLANS[format] = _plan(_SIMPLE.split(format))
    return plan


def _plan(parts: list[str]) -> _Plan:
    """Return the plan of literals and verbs that alternate."""
    literals, verbs = parts[::2], parts[1::2]
    if any("%" in literal for literal in literals):
        return _Plan(is_simple=False, template="", converters=())
    template = literals[0] + "".join(
        ("%%" if verb == "%" else "%s") + literal
        for verb, literal in zip(verbs, literals[1:], strict=True)
    )
    used = [verb for verb in verbs if verb != "%"]
    texts = None if "d" in used else (str,) * len(used)
    return _Plan(True, template, tuple(_CONVERTERS[verb] for verb in used), texts)


_INTEGERS: dict[type, Callable[[Any], str]] = {int: int.__repr__, Int64: int.__repr__}
_STRINGS: dict[type, Callable[[Any], str]] = {str: str}
_CONVERTERS: dict[str, dict[type, Callable[[Any], str]]] = {
    "s": _STRINGS,
    "d": _INTEGERS,
    "v": dict.fromkeys((str, bool, int, Int64, float, list, dict, type(None)), plain),
}
