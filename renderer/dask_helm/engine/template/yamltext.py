"""Values that templates return to one another as YAML, without the YAML; it exists for speed.

A template can only return text, so charts write ``{{ include "x" . | fromYaml }}`` and end "x" with
``{{ toYaml $result }}``. If the text of an include is nothing but that, and is passed to
fromYaml, it is never written: fromYaml returns a copy of the value. Only values that YAML surely
keeps are copied, all others are written and read.
"""

from typing import Any

from dask_helm.engine.template.functions.data import to_yaml
from dask_helm.engine.types import Int64
from dask_helm.engine.yaml.scalars import MERGE

_LARGEST = 2.0**53
_LONGEST_KEY = 100

# The functions that read YAML, and the type of their results.
READING: dict[str, type] = {"fromYaml": dict, "fromYamlArray": list}


class YamlText:
    """The result of toYaml: the text is written when it is needed."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        return to_yaml(self.value)


class _UncertainError(Exception):
    """A value that may change on its way through YAML."""


def copied(value: Any) -> Any:
    """Return what fromYaml reads from the YAML of a value, None where only the text tells."""
    try:
        return _copy(value)
    except (_UncertainError, RecursionError):
        return None


def _copy(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        if value.isascii() and value.isprintable():
            return value
    elif kind is dict:
        return {_key(key): _copy(item) for key, item in value.items()}
    elif kind is list:
        return [_copy(item) for item in value]
    elif value is None or kind is bool:
        return value
    elif kind in (int, Int64, float) and -_LARGEST < value < _LARGEST:
        return float(value) or 0.0  # not -0.0, which an integer of YAML cannot be
    raise _UncertainError


def _key(key: str) -> str:
    if key.isascii() and key.isprintable() and len(key) < _LONGEST_KEY and key != MERGE:
        return key
    raise _UncertainError
