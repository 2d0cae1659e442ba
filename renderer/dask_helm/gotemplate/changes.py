"""Whether templates change only maps that no other template sees.

A few functions change the map that they are given, which may be a part of the values, and so what
other templates print. Most charts only fill maps that they have just made.
"""

from typing import Any

from dask_helm.gotemplate import nodes

# The functions that change their first argument; the merging ones change maps inside it as well.
_MERGING = frozenset(("merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"))
_CHANGING = _MERGING | {"set", "unset"}
_COPYING = frozenset(("deepCopy", "mustDeepCopy"))
_MAKING = _COPYING | {"dict", "omit", "pick"}


class Changes:
    """Which maps the templates of a definition change: only such that they made themselves?"""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._foreign: set[str] = set()
        self._others = False

    @property
    def are_own(self) -> bool:
        """Whether all changed maps are the definition's own."""
        return not self._others and not self._changed & self._foreign

    def declared(self, pipeline: nodes.Pipeline) -> None:
        """Note what variables are set to."""
        if not _is_call(pipeline, _MAKING):
            self._foreign.update(variable.name for variable in pipeline.declared)

    def called(self, name: str, arguments: list[nodes.Operand | None]) -> None:
        """Note the call of a function; tpl may call any."""
        if name == "tpl":
            self._others = True
        elif name in _CHANGING and not _is_call(arguments and arguments[0], _COPYING):
            self._note(name, arguments[0] if arguments else None)

    def _note(self, name: str, changed: nodes.Operand | None) -> None:
        if isinstance(changed, nodes.Variable) and not changed.names and name not in _MERGING:
            self._changed.add(changed.name)
        else:
            self._others = True


def _is_call(node: Any, names: frozenset[str]) -> bool:
    """Whether the node is a pipeline that ends in a call of one of these functions."""
    if not isinstance(node, nodes.Pipeline) or any(v.of_range for v in node.declared):
        return False
    word = node.commands[-1].words[0]
    return isinstance(word, nodes.Identifier) and word.name in names
