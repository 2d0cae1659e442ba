"""Values that templates return to one another as YAML or JSON, without the text, for speed.

A template can only return text, so charts write ``{{ include "x" . | mustFromJson }}`` and end "x"
with ``{{ toJson $result }}``. If the text of an include is nothing but that, and is passed to
mustFromJson, it is never written: mustFromJson returns a copy of the value. The same holds for
toYaml and fromYaml. Only values that both formats surely keep are copied, all others are written
and read.
"""

from math import copysign
from typing import Any

from dask_helm.engine.template.functions.data import to_json, to_yaml
from dask_helm.engine.types import Int64
from dask_helm.engine.yaml.scalars import MERGE

_NUMBERS = (int, Int64, float)
_LARGEST = 2.0**53
_LONGEST_KEY = 100


class DataText:
    """The result of toYaml or toJson: the text is written when it is needed."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class YamlText(DataText):
    """The result of toYaml."""

    __slots__ = ()

    def __str__(self) -> str:
        return to_yaml(self.value)


class JsonText(DataText):
    """The result of toJson."""

    __slots__ = ()

    def __str__(self) -> str:
        return to_json(self.value)


# The functions that write data.
WRITING: dict[str, type[DataText]] = {"toYaml": YamlText, "toJson": JsonText}
# The functions that read data: what wrote it, and the types that they return.
READING: dict[str, tuple[type[DataText], tuple[type, ...]]] = {
    "fromYaml": (YamlText, (dict,)),
    "fromYamlArray": (YamlText, (list,)),
    "mustFromJson": (JsonText, (dict, list)),
}


class _UncertainError(Exception):
    """A value that may change on its way through YAML or JSON."""


def copied(value: Any) -> Any:
    """Return what is read from the YAML or JSON of a value, None where only the text tells."""
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
    # Only JSON keeps the sign of -0.0.
    elif kind in _NUMBERS and -_LARGEST < value < _LARGEST and (value or copysign(1, value) > 0):
        return float(value)
    raise _UncertainError


def _key(key: str) -> str:
    if key.isascii() and key.isprintable() and len(key) < _LONGEST_KEY and key != MERGE:
        return key
    raise _UncertainError
