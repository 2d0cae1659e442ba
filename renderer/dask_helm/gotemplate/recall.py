"""Templates that are called again with the same input are not run again.

A chart asks for its own name in a hundred places, and lays the same maps over each other for each
pool. What a template gives depends only on what it gets, as long as no template changes a map that
another one sees, see changes.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask_helm.gotemplate.memory import keep, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_helm.gotemplate.lexer import Source
    from dask_helm.gotemplate.scope import Scope

# Other maps than the root are too many, and nearly all hold the root.
RECALLED = (list, str)


class Recall:
    """Gives what a template gave for the root of this file, or ever gave for such a list or text.

    `call` is what calls it. With each result the levels of calls that it took are kept, for these
    have a limit.
    """

    def __init__(self, scope: Scope, call: Callable[..., Any]) -> None:
        self._scope, self._call = scope, call
        self._of_root: dict[str, tuple[int, Any]] = {}
        self._of_value: dict[bytes, tuple[int, Any]] = {}

    def forget(self, root_only: bool = True) -> None:
        """Begin with another root, or with other templates."""
        self._of_root = {}
        if not root_only:
            self._of_value = {}

    def __call__(self, source: Source, offset: int, name: str, data: Any) -> Any:
        """Return what the template gives; `source` and `offset` are where it is called."""
        scope = self._scope
        key: str | bytes | None = None
        results: dict[Any, tuple[int, Any]] = self._of_value
        if data is scope.root:
            results, key = self._of_root, name
        elif scope.recalls and type(data) in RECALLED:
            key = packed((name, data))
        if key is None:
            return self._call(source, offset, name, data)
        known = results.get(key)
        if known is None or not scope.holds(known[0]):
            known = scope.measured(self._call, (source, offset, name, data))
            keep(results, key, known)
        return known[1]
