"""Rejects characters for which Helm's toYaml prints nothing.

YAML can escape these characters. Helm converts values to JSON without escapes, and then cannot read
that JSON. This chart writes all values with toYaml; other charts are not checked.
"""

import re
from collections.abc import Iterator
from typing import Any

from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath, shown
from dask_helm.engine.values.paths import nested, until_index, value_at
from dask_helm.errors import Problem

# Halves of surrogate pairs stand for bytes of a file that are no UTF-8.
_LOST = re.compile("[\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_HALVES = range(0xD800, 0xE000)


def problems(values: Values) -> Iterator[Problem]:
    """Yield a problem for each string and each key that contains such a character."""
    for path, key, text in _texts(values.data, ()):
        found = _LOST.search(text)
        if found:
            where, character = "the key" if key else "the string", ord(found[0])
            if character in _HALVES:
                message = f"{where} contains a byte that is not UTF-8; save it as UTF-8"
            else:
                lost = f"U+{character:04X}, a character that Helm cannot write"
                message = f"{where} contains {lost}; remove it"
            around = until_index(path)  # a list is always written whole
            write = _cleaned(nested(around, value_at(values.data, around)))
            place = values.place(path, key=key)
            yield Problem(message, shown(path), place, write=goyaml.dump_exactly(write))


def _texts(value: Any, path: ValuePath) -> Iterator[tuple[ValuePath, bool, str]]:
    """Yield path and string of each key (with the flag set) and of each value."""
    if isinstance(value, str):
        yield path, False, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), True, key
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _LOST.sub("", value)
    if isinstance(value, dict):
        return {_LOST.sub("", key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
