"""Values that templates hand to one another as YAML, without the YAML.

Templates can only return text, so charts write ``{{ include "x" . | fromYaml }}`` and end "x" with
``{{ toYaml $result }}``. Where a template prints nothing but that, the text is never made: fromYaml
gets the value, as it would be after its way through text. A value that might change on that way in
more than the type of its numbers takes it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dask_helm.gotemplate import nodes
from dask_helm.gotemplate.direct import Evaluate
from dask_helm.gotemplate.functions.data import to_yaml
from dask_helm.gotemplate.memory import copies
from dask_helm.gotemplate.types import Int64
from dask_helm.goyaml.scalars import MERGE

# The functions that read YAML, and the type of what they return.
READING: dict[str, type] = {"fromYaml": dict, "fromYamlArray": list}

_LARGEST = 2.0**53
_LONGEST_LINE = 60
_LONGEST_KEY = 100
_CACHED = 4096


class Handed:
    """Stands for the text that toYaml makes of the value; `copy` is what fromYaml makes of that.

    A result that is recalled is read many times, but not changed, see recall.py.
    """

    __slots__ = ("_copy", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._copy: Any = None

    @property
    def copy(self) -> Any:
        """The value after its way through text, None where only that way can tell."""
        if self._copy is None:
            self._copy = _copied(self.value)
        return self._copy

    def kept(self) -> "Handed | str":
        """Return the same for later, when the map that was handed over may have been changed."""
        if self.copy is None:
            return to_yaml(self.value)
        self.value = self.copy
        return self


class _OtherError(Exception):
    """A value that has to go through text."""


def is_silent(body: list[nodes.Node]) -> bool:
    """Whether these nodes print nothing, whatever the values are."""
    return all(map(_is_silent, body))


def _is_silent(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Action):
        return bool(node.pipeline.declared)
    if isinstance(node, nodes.Branch):
        return is_silent(node.body) and is_silent(node.otherwise)
    return isinstance(node, nodes.Jump)


def reading(handed: Evaluate, read: Callable[[str], Any], wanted: type) -> Evaluate:
    """Return what takes the place of fromYaml, or of a like function `read` that gives `wanted`."""

    def evaluate(frame: list[Any], dot: Any) -> Any:
        text = handed(frame, dot)
        if type(text) is not Handed:
            return read(text)
        copy = text.copy if type(text.value) is wanted else None
        return read(to_yaml(text.value)) if copy is None else copy

    return evaluate


@copies
def _copied(value: Any) -> Any:
    """Return the value as it is after toYaml and fromYaml, None where only these can tell."""
    try:
        return _through_yaml(value)
    except (_OtherError, RecursionError):
        return None


def _through_yaml(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        # Texts are most of what there is; a call for each of them would be felt.
        return {
            _key(key): _text(item) if type(item) is str else _through_yaml(item)
            for key, item in value.items()
        }
    if kind is list:
        return [_through_yaml(item) for item in value]
    if kind is str:
        return _text(value)
    return value if value is None or kind is bool else _number(value)


def _number(value: Any) -> float:
    if type(value) not in (int, Int64, float) or not -_LARGEST < value < _LARGEST:
        raise _OtherError
    return float(value) or 0.0  # and not -0.0, which JSON has, but an integer of YAML has not


@lru_cache(maxsize=_CACHED)
def _text(text: str) -> str:
    """Return the text, unless it might take several lines or could be an odd one."""
    if not (text.isascii() and text.isprintable()) and text:
        raise _OtherError
    if len(text) > _LONGEST_LINE and " " in text:
        raise _OtherError
    return text


@lru_cache(maxsize=_CACHED)
def _key(text: str) -> str:
    if len(text) > _LONGEST_KEY or text == MERGE:
        raise _OtherError
    return _text(text)
