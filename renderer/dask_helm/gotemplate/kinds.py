"""Types of Go that only a few functions return, and the names of all types and kinds."""

from typing import Any

from dask_helm.gotemplate import types
from dask_helm.gotemplate.types import Object, StringList, TypedList


class NilList(TypedList):
    """A nil []interface {}: an empty list, but null in JSON and YAML, and equal to nil."""


class NilStringList(StringList):
    """A nil []string."""


class NilMap(dict[str, Any]):
    """A nil map[string]interface {}."""


class Lists(TypedList):
    """Go's [][]interface {}."""

    element = "[]interface {}"


class Unsigned(int):
    """One of Go's unsigned integers; `name` is its type."""

    __slots__ = ()
    name = "uint"


class Uint8(Unsigned):
    """Go's uint8, a byte of a string."""

    __slots__ = ()
    name = "uint8"


class Uint64(Unsigned):
    """Go's uint64."""

    __slots__ = ()
    name = "uint64"


NIL_TYPES = (NilList, NilStringList, NilMap)


def is_nil(value: Any) -> bool:
    """Whether the value is nil, or a nil of its type."""
    return value is None or isinstance(value, NIL_TYPES)


def type_name(value: Any) -> str:
    """Return the name Go gives to the value's type, as sprig's typeOf does."""
    if isinstance(value, Unsigned):
        return value.name
    return "map[string]interface {}" if isinstance(value, NilMap) else types.type_name(value)


def kind_name(value: Any) -> str:
    """Return the name of the value's kind, as sprig's kindOf does."""
    if isinstance(value, Unsigned):
        return value.name
    is_pointer = isinstance(value, Object) and value.type_name.startswith("*")
    return "ptr" if is_pointer else types.kind_name(value)
