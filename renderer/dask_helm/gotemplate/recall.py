"""Templates that are called again with the same input are not run again.

A chart asks for its own name in a hundred places, and lays the same maps over each other for each
pool. What a template gives depends only on what it gets, as long as no template changes a map that
another one sees, see changes.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate.handing import Handed
from dask_helm.gotemplate.memory import keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.gotemplate.lexer import Source
    from dask_helm.gotemplate.scope import Scope

# To make keys that are not met again costs more than it saves.
_PATIENCE = 32


class Recall:
    """Gives what a template gave in this rendering for one of `scope.maps`, or ever for its input.

    `call` is what calls it. With each result the levels of calls that it took are kept, for these
    have a limit. `given_up` are the templates that get something else each time, or what has no
    key, see keys.py.
    """

    def __init__(self, scope: Scope, call: Callable[..., Any]) -> None:
        self._scope, self._call = scope, call
        self._of_map: dict[Any, tuple[int, Any]] = {}
        self._of_value: dict[Any, tuple[int, Any]] = {}
        self._left: dict[str, int] = {}
        self.given_up: set[str] = set()

    def begin(self, maps: set[int]) -> None:
        """Begin with the next file, in which only the maps with these ids are the same."""
        self._of_map = {key: known for key, known in self._of_map.items() if key[0] in maps}

    def forget(self) -> None:
        """Begin with other templates."""
        for known in (self._of_map, self._of_value, self._left, self.given_up):
            known.clear()

    def __call__(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what the template gives; `source` and `offset` are where it is called."""
        scope = self._scope
        if id(data) not in scope.maps:
            return self._of_input(source, offset, name, data)
        known = self._of_map.get((id(data), name))
        if known is None or not scope.holds(known[0]):
            known = scope.measured(self._of_input, (source, offset, name, data))
            keep(self._of_map, (id(data), name), known)
        return known[1]

    def _of_input(self, source: Source, offset: int, name: str, data: Any) -> Any:
        scope = self._scope
        asks = scope.recalls and name not in self.given_up
        key = scope.keys.of(name, data) if asks else None
        known = self._of_value.get(key)
        if known is not None and scope.holds(known[0]):
            self._left[name] = _PATIENCE
            return known[1]
        if asks:
            self._miss(name)
        if key is None:
            return self._call(source, offset, name, data)
        known = scope.measured(self._kept, (source, offset, name, data))
        keep(self._of_value, key, known)
        return known[1]

    def _miss(self, name: str) -> None:
        left = self._left[name] = self._left.get(name, _PATIENCE) - 1
        if not left:
            self.given_up.add(name)

    def _kept(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what the template gives, and go on giving that."""
        result = self._call(source, offset, name, data)
        return result.kept() if type(result) is Handed else result
