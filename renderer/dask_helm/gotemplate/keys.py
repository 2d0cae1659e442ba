"""Keys that say all of an input that a template's result depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dask_helm.gotemplate.demands import Demands
from dask_helm.gotemplate.memory import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask_helm.gotemplate.demands import Path, Reads
    from dask_helm.gotemplate.nodes import Node

    Key: TypeAlias = Callable[[Any], bytes | None]

_KEY = """
def key(m0):
{maps}    return packed([{values}])
"""
_MAP = """\
    {name} = {read}
    if type({name}) is not dict: return None
"""
# To make the function that makes keys takes as long as many templates.
OFTEN = 16
_WHOLE = (list, str)


class Keys:
    """Makes keys for templates, of which `find` returns the nodes."""

    def __init__(self, find: Callable[[str], Sequence[Node] | None]) -> None:
        self._find = find
        self.forget()

    def forget(self) -> None:
        """Begin with other templates."""
        self._demands = Demands(self._find)
        self._made: dict[str, Key] = {}
        self._calls: dict[str, int] = {}

    def of(self, name: str, data: Any) -> bytes | None:
        """Return the key of an input, None for one that is large or has others than plain values.

        Maps are too large, for nearly all hold the root; what a template demands of them is not.
        """
        if type(data) is dict:
            return (self._made.get(name) or self._soon(name))(data)
        return packed((name, data)) if type(data) in _WHOLE else None

    def _soon(self, name: str) -> Key:
        calls = self._calls[name] = self._calls.get(name, 0) + 1
        if calls < OFTEN:
            return _none
        demanded = self._demands.of(name)
        made = self._made[name] = key_of(name, demanded) if demanded else _none
        return made


def _none(_data: Any) -> None:
    """Make no key."""


def key_of(name: str, reads: Reads) -> Key:
    """Return what makes a key of a map: None where something is read of what is no plain map.

    Missing and null are the same, for they are to who reads a value by its name.
    """
    paths = sorted(_maps(reads))
    names = {path: f"m{number}" for number, path in enumerate(paths)}
    values = [repr(name), *(_read(names, path) for path in sorted(reads.values))]
    maps = [_MAP.format(name=names[path], read=_read(names, path)) for path in paths[1:]]
    text = _KEY.format(maps="".join(maps), values=", ".join(values))
    scope: dict[str, Any] = {"packed": packed}
    exec(text, scope)  # noqa: S102  it is only text from above, and names of keys
    key: Key = scope["key"]
    return key


def _maps(reads: Reads) -> set[Path]:
    """Return the paths of all maps that something is read of."""
    whole = reads.maps | {path[:-1] for path in reads.values}
    return {(), *(path[:end] for path in whole for end in range(1, len(path) + 1))}


def _read(names: dict[Path, str], path: Path) -> str:
    return f"{names[path[:-1]]}.get({path[-1]!r})"
