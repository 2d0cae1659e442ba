"""Placeholders in braces, such as `{name}`, with a different value in each cluster."""

import re
from collections.abc import Mapping
from typing import Any

Words = Mapping[str, str]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORD = re.compile(rf"\{{({NAME.pattern})\}}")


def used(value: Any) -> set[str]:
    """Return the placeholders in a string, or in all strings of maps and lists except keys."""
    if isinstance(value, str):
        return set(_WORD.findall(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(used, inner))


def fill(text: str, words: Words) -> str:
    """Replace the known placeholders; other braces stay unchanged."""
    return _WORD.sub(lambda match: words.get(match[1], match[0]), text)


def filled(value: Any, words: Words) -> Any:
    """Return a copy of maps and lists with placeholders replaced in all strings except keys."""
    if isinstance(value, str):
        return fill(value, words)
    if isinstance(value, dict):
        return {key: filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    return value
