r"""Go's regular expressions, as Helm uses them, in the notation of the validator's engine.

Both come from RE2 and match the same, but for what `\s` means, which is Unicode's spaces in one
and ASCII's in the other, and for signs that mean something in a class in one of them only.
"""

import re
from collections.abc import Iterator
from typing import Any

_SPACES = r"\t\n\f\r "
_TOKEN = re.compile(r"\\.|\[:\^?\w+:\]|.", re.DOTALL)


def translated(schema: Any) -> Any:
    """Return a schema with every pattern in it translated."""
    if isinstance(schema, list):
        return [translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _value(key, value) for key, value in schema.items()}


def translate(pattern: str) -> str:
    """Return a pattern of Go for the validator."""
    return "".join(_tokens(pattern))


def _value(key: str, value: Any) -> Any:
    if key == "pattern" and isinstance(value, str):
        return translate(value)
    if key == "patternProperties" and isinstance(value, dict):
        return {translate(pattern): translated(inner) for pattern, inner in value.items()}
    return value if key in ("enum", "const", "default", "examples") else translated(value)


def _tokens(pattern: str) -> Iterator[str]:
    inside = 0  # how many parts into a class, from 1
    for part in _TOKEN.findall(pattern):
        yield _inside(part) if inside else _outside(part)
        inside = _next(part, inside)


def _next(part: str, inside: int) -> int:
    """Return how far in a class the next part is; a bracket right after its beginning is text."""
    if not inside:
        return int(part == "[")
    if part == "]" and inside > 1:
        return 0
    return inside if part == "^" and inside == 1 else inside + 1


def _outside(part: str) -> str:
    return {r"\s": f"[{_SPACES}]", r"\S": f"[^{_SPACES}]"}.get(part, part)


def _inside(part: str) -> str:
    own = {r"\s": _SPACES, r"\S": f"[^{_SPACES}]", "[": r"\[", "&": r"\&", "~": r"\~"}
    return own.get(part, part)
