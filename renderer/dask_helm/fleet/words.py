"""Words in braces, such as `{name}`, that stand for something else in each cluster."""

import re
from collections.abc import Mapping
from typing import Any

Words = Mapping[str, str]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORD = re.compile(rf"\{{({NAME.pattern})\}}")


def used(value: Any) -> set[str]:
    """Return the words in a text, or in all texts of maps and lists; keys do not count."""
    if isinstance(value, str):
        return set(_WORD.findall(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(used, inner))


def fill(text: str, words: Words) -> str:
    """Put in what the words stand for; braces with anything else in them stay as they are."""
    return _WORD.sub(lambda match: words.get(match[1], match[0]), text)


def filled(value: Any, words: Words) -> Any:
    """Return a copy of maps and lists in which all texts are filled, but not the keys."""
    if isinstance(value, str):
        return fill(value, words)
    if isinstance(value, dict):
        return {key: filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    return value
