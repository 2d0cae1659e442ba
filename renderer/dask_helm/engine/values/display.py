"""Paths and values as messages show them."""

import json
import re
from typing import Any

ValuePath = tuple[str | int, ...]

PLAIN_KEY = re.compile(r"[^\W\d][\w/-]*", re.ASCII)
_LONGEST = 60


def shown(path: ValuePath) -> str:
    """Return the path as it is printed: ``workers.default.env[0].name``.

    A key that could be misread is quoted: ``commonLabels."example.com/team"``.
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key if PLAIN_KEY.fullmatch(key) else quoted(key)}"
    return text.removeprefix(".")


def found(value: Any) -> str:
    """Describe a value: ``the string "3"``, ``a list``, ``null``."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the string {shortened(value)}" if value else "an empty string"
    kind = "list" if isinstance(value, list) else "map"
    return f"a {kind}" if value else f"an empty {kind}"


def number(value: float) -> str:
    """Return a number; Helm's floats with an integer value are shown as integers."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(value)


def shortened(text: str) -> str:
    """Return the beginning of the text in double quotes."""
    return quoted(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def quoted(text: str) -> str:
    """Return the text in double quotes, with escapes for what a terminal does not show."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in written)
