"""Paths of values: the keys and list indexes that lead to one of them."""

from collections.abc import Iterable
from typing import Any

from dask_helm.engine.values.display import ValuePath


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
    """Return the value at the path; KeyError or IndexError if there is none."""
    for key in path:
        data = data[key]
    return data


def keyed(data: Any, steps: Iterable[str | int]) -> ValuePath:
    """Return the steps of a validator as a path; validators turn keys like "01" into numbers."""
    path: list[str | int] = []
    for step in steps:
        if isinstance(data, dict) and isinstance(step, int):
            same = (key for key in data if key.lstrip("+0") == str(step or "") and key.strip("+"))
            step = str(step) if str(step) in data else next(same)
        path.append(step)
        data = data[path[-1]]
    return tuple(path)


def nested(path: ValuePath, value: Any) -> Any:
    """Return `value` in the maps that the keys of the path name; indexes are not allowed."""
    for key in reversed(path):
        value = {key: value}
    return value


def until_index(path: ValuePath) -> ValuePath:
    """Return the path as far as it names keys: to the outermost list, if it leads into one."""
    steps = (depth for depth, step in enumerate(path) if isinstance(step, int))
    return path[: next(steps, len(path))]


def depth(data: Any) -> int:
    """Return how many levels of maps and lists the data has."""
    levels, level = 0, [data]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        inner = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for items in inner for item in items]
        levels += 1
    return levels


def _has(data: Any, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(data, list) and key < len(data)
    return isinstance(data, dict) and key in data
