"""Spans of time as Go writes them: ``1h30m0s``."""

import re
from typing import Any

from dask_helm.engine.template.functions.conversion import wrapped
from dask_helm.engine.template.functions.table import function
from dask_helm.engine.types import Int64

_MOST = 2**63 - 1
_SECOND = 10**9
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART = r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)"
_DAY = 24 * _UNITS["h"]
_ROUNDED = {"y": 365 * _DAY, "mo": 30 * _DAY, "d": _DAY} | {u: _UNITS[u] for u in ("h", "m", "s")}


@function("duration")
def duration(seconds: Any) -> str:
    """Return a number of seconds, an int64 or a string, as a span of time; anything else is 0s."""
    count = seconds if type(seconds) is Int64 else 0
    if isinstance(seconds, str) and re.fullmatch(r"[+-]?[0-9]{1,30}", seconds):
        count = max(-_MOST - 1, min(int(seconds), _MOST))
    return text(wrapped(count * _SECOND))


@function("durationRound")
def duration_round(value: Any) -> str:
    """Return a span of time, a string or nanoseconds, in its largest unit, rounded down."""
    size = abs(parsed(value) if isinstance(value, str) else value if type(value) is Int64 else 0)
    return next((f"{size // unit}{name}" for name, unit in _ROUNDED.items() if size > unit), "0s")


def text(nanoseconds: int) -> str:
    """Return the span of time with the units that it needs."""
    size, sign = abs(nanoseconds), "-" if nanoseconds < 0 else ""
    seconds, fraction = divmod(size, _SECOND)
    minutes, hours = seconds // 60, seconds // 3600
    shown = f"{hours}h" if hours else ""
    shown += f"{minutes % 60}m" if minutes else ""
    decimals = f".{fraction:09d}".rstrip("0").rstrip(".")
    return f"{sign}{shown}{seconds % 60}{decimals}s"


def parsed(value: str) -> int:
    """Return the nanoseconds of a span of time, 0 for an invalid one."""
    body = value[1:] if value[:1] in ("+", "-") else value
    total = end = 0
    for part in re.finditer(_PART, body):
        size = _nanoseconds(part) if part.start() == end else None
        if size is None:
            return 0
        total, end = total + size, part.end()
    size = total if end == len(body) and total <= _MOST else 0
    return -size if value[:1] == "-" else size


def _nanoseconds(part: re.Match[str]) -> int | None:
    whole, fraction, unit = part.groups()
    if unit not in _UNITS or not (whole or fraction) or len(whole) > 19:
        return None
    digits = (fraction or "")[:18]
    exact = int(digits or "0") * (_UNITS[unit] / 10 ** len(digits))
    return int(whole or "0") * _UNITS[unit] + int(exact)
