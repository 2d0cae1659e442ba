r"""Translates Go's regular expressions, which Helm uses, for the validator's engine.

Both derive from RE2. They differ in `\s`, which means Unicode's or ASCII's spaces, and in
characters that have a special meaning in a class of only one of them.
"""

import re
from typing import Any

_SPACES = r"\t\n\f\r "
_OUTSIDE = {r"\s": f"[{_SPACES}]", r"\S": f"[^{_SPACES}]"}
_IN_CLASS = {r"\s": _SPACES, r"\S": f"[^{_SPACES}]", "[": r"\[", "&": r"\&", "~": r"\~"}
_TOKEN = re.compile(r"\\.|\[:\^?\w+:\]|.", re.DOTALL)


def translated(schema: Any) -> Any:
    """Return a schema with all patterns translated."""
    if isinstance(schema, list):
        return [translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "pattern" and isinstance(value, str):
            found[key] = translate(value)
        elif key == "patternProperties" and isinstance(value, dict):
            found[key] = {translate(p): translated(inner) for p, inner in value.items()}
        else:
            literal = key in ("enum", "const", "default", "examples")
            found[key] = value if literal else translated(value)
    return found


def translate(pattern: str) -> str:
    """Translate a Go pattern for the validator."""
    parts = []
    depth = 0  # how many parts into a class, from 1
    for part in _TOKEN.findall(pattern):
        parts.append((_IN_CLASS if depth else _OUTSIDE).get(part, part))
        if not depth:
            depth = int(part == "[")
        elif part == "]" and depth > 1:  # a bracket at the start of a class is literal
            depth = 0
        elif part != "^" or depth > 1:
            depth += 1
    return "".join(parts)
