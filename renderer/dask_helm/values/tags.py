"""Rejects image tags such as 0123 and 1e5, which YAML reads as the numbers 83 and 100000.

The schema accepts whole numbers as tags. Helm does not know how a file writes a number, so it would
silently use another tag.
"""

from collections.abc import Iterator
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.values.paths import nested
from dask_helm.errors import Problem
from dask_helm.values.descriptions import is_reread, read_as

_OF_OTHERS = (("global",), ("dask",))  # values that other charts and Dask read
_TOO_LARGE = 10**15  # for the schema, which reports other numbers itself


def problems(values: Values) -> Iterator[Problem]:
    """Yield a problem for each tag that YAML reads as a number with other digits."""
    for path, number in _numbers(values.data, ()):
        written = values.written(path)
        if is_reread(written, number):
            message = f"must be a string, got {read_as(written, number)}; put it in quotes"
            write = goyaml.dump_exactly(nested(path, written))
            yield Problem(message, shown(path), values.place(path), write=write)


def _numbers(value: Any, path: ValuePath) -> Iterator[tuple[ValuePath, int]]:
    """Yield the tags of images that are whole numbers."""
    if path in _OF_OTHERS:
        return
    for key, item in value.items() if isinstance(value, dict) else ():
        is_tag = (*path[-1:], key) == ("image", "tag")
        is_number = type(item) in (int, float) and 0 <= item < _TOO_LARGE
        if is_tag and is_number and item == int(item):
            yield (*path, key), int(item)
        yield from _numbers(item, (*path, key))
