"""Paths of values: the keys and list indexes that lead to one of them."""

import json
import re
from collections.abc import Iterable
from typing import Any

ValuePath = tuple[str | int, ...]

PLAIN_KEY = re.compile(r"[^\W\d][\w/-]*", re.ASCII)


def shown(path: ValuePath) -> str:
    """Return the path as it is printed: ``workers.default.env[0].name``.

    A key that would be misread stands in quotes: ``commonLabels."example.com/team"``.
    """
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{_quoted(key)}" for key in path)
    return text.removeprefix(".")


def held(data: Any, path: ValuePath) -> int:
    """Return how many steps of the path the data holds."""
    for done, key in enumerate(path):
        if not _has(data, key):
            return done
        data = data[key]
    return len(path)


def holds(data: Any, path: ValuePath) -> bool:
    """Return whether the data holds a value, null included, at the path."""
    return held(data, path) == len(path)


def value_at(data: Any, path: ValuePath) -> Any:
    """Return the value at the path; KeyError or IndexError when there is none."""
    for key in path:
        data = data[key]
    return data


def nested(path: ValuePath, value: Any) -> Any:
    """Return `value` in the maps that the keys of the path name; indexes are not allowed."""
    for key in reversed(path):
        value = {key: value}
    return value


def until_index(path: ValuePath) -> ValuePath:
    """Return the path as far as it names keys: to the outermost list, if it leads into one."""
    steps = (depth for depth, step in enumerate(path) if isinstance(step, int))
    return path[: next(steps, len(path))]


def quoted(text: str) -> str:
    """Return the text in double quotes, with escapes for what a terminal does not show."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in written)


def depth(data: Any) -> int:
    """Return how many levels of maps and lists stand within each other."""
    levels, level = 0, [data]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        level = [inner for item in level for inner in _items(item)]
        levels += 1
    return levels


def _items(data: Any) -> Iterable[Any]:
    return data.values() if isinstance(data, dict) else data


def _has(data: Any, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(data, list) and key < len(data)
    return isinstance(data, dict) and key in data


def _quoted(key: str) -> str:
    return key if PLAIN_KEY.fullmatch(key) else quoted(key)
