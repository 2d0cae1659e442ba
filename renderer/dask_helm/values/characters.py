"""Characters that Helm's toYaml loses: it prints nothing at all for what holds one of them.

YAML's escapes can write them, but Helm goes by way of JSON, which does not escape them, and then
refuses to read that JSON. Our own chart writes all of the user's values by toYaml; what other
charts make of such characters is theirs.
"""

import re
from collections.abc import Iterator
from typing import Any

from dask_helm import goyaml
from dask_helm.errors import Problem
from dask_helm.values.collect import Values
from dask_helm.values.paths import ValuePath, nested, shown, until_index, value_at

# Halves of surrogate pairs stand for bytes of a file that are no UTF-8.
_LOST = re.compile("[\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_HALVES = range(0xD800, 0xE000)


def problems(values: Values) -> Iterator[Problem]:
    """Yield a problem for each text and each key of the user's that holds such a character."""
    for path, key, text in _texts(values.data, ()):
        found = _LOST.search(text)
        if found:
            yield Problem(
                message=_message(found[0], "the key" if key else "the text"),
                path=shown(path),
                place=values.place(path, key=key),
                write=goyaml.dump_exactly(_without(values.data, path)),
            )


def _texts(value: Any, path: ValuePath) -> Iterator[tuple[ValuePath, bool, str]]:
    """Yield path and text of each key, for which the flag is set, and of each value."""
    if isinstance(value, str):
        yield path, False, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), True, key
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _message(character: str, where: str) -> str:
    if ord(character) in _HALVES:
        return f"{where} holds a byte that is no UTF-8; save it as UTF-8"
    return f"{where} holds U+{ord(character):04X}, a character that Helm cannot write; remove it"


def _without(data: Any, path: ValuePath) -> Any:
    """Return the values at the path without such characters; a list is always written whole."""
    around = until_index(path)
    return _cleaned(nested(around, value_at(data, around)))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _LOST.sub("", value)
    if isinstance(value, dict):
        return {_LOST.sub("", key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
