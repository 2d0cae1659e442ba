"""Templates that are called again with the same input are not run again.

A chart asks for its own name in a hundred places, and lays the same maps over each other for each
pool. What a template gives depends only on what it gets, as long as no template changes a map that
another one sees, see changes.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate.handing import Handed
from dask_helm.gotemplate.memory import keep, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.gotemplate.lexer import Source
    from dask_helm.gotemplate.scope import Scope

# Other maps than the root and those in it are too many, and nearly all hold the root.
RECALLED = (list, str)


class Recall:
    """Gives what a template gave in this rendering for one of `scope.maps`, or ever for its input.

    `call` is what calls it. With each result the levels of calls that it took are kept, for these
    have a limit.
    """

    def __init__(self, scope: Scope, call: Callable[..., Any]) -> None:
        self._scope, self._call = scope, call
        self._of_map: dict[Any, tuple[int, Any]] = {}
        self._of_value: dict[Any, tuple[int, Any]] = {}

    def begin(self, maps: set[int]) -> None:
        """Begin with the next file, in which only the maps with these ids are the same."""
        self._of_map = {key: known for key, known in self._of_map.items() if key[0] in maps}

    def forget(self) -> None:
        """Begin with other templates."""
        self._of_map, self._of_value = {}, {}

    def __call__(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what the template gives; `source` and `offset` are where it is called."""
        scope, results = self._scope, self._of_value
        key: Any = None
        if id(data) in scope.maps:
            results, key = self._of_map, (id(data), name)
        elif scope.recalls and type(data) in RECALLED:
            key = packed((name, data))
        if key is None:
            return self._call(source, offset, name, data)
        known = results.get(key)
        if known is None or not scope.holds(known[0]):
            known = scope.measured(self._kept, (source, offset, name, data))
            keep(results, key, known)
        return known[1]

    def _kept(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what the template gives, and go on giving that."""
        result = self._call(source, offset, name, data)
        return result.kept() if type(result) is Handed else result
