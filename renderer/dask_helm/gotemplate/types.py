"""How the values of Go stand in Python.

| Go                         | Python                                              |
|----------------------------|-----------------------------------------------------|
| nil                        | None                                                |
| bool, string, float64, int | bool, str, float, int                               |
| int64                      | Int64, an int                                       |
| []interface {}             | list; a typed slice is a TypedList                  |
| map[string]interface {}    | dict; map[string]string is a StringMap              |
| a struct with methods      | an Object                                           |
"""

from collections.abc import Callable
from typing import Any

from dask_helm.goyaml.numbers import Int64 as Int64


class TypedList(list[Any]):
    """A slice whose elements have one type, such as []string; `element` is that type's name."""

    element = "interface {}"


class StringList(TypedList):
    """Go's []string."""

    element = "string"


class IntList(TypedList):
    """Go's []int."""

    element = "int"


class StringMap(dict[str, Any]):
    """Go's map[string]string."""


class Object:
    """A Go struct with fields and methods: what templates may read of it stands in `members`."""

    type_name = "struct"

    def members(self) -> dict[str, Any]:
        """Return fields by name; a callable is a method, which gets the arguments of the call."""
        return {}


class FunctionError(Exception):
    """What a function of a template returns as its error."""


def type_name(value: Any) -> str:
    """Return the name Go gives to the value's type, as sprig's typeOf does."""
    if isinstance(value, TypedList):
        return f"[]{value.element}"
    if isinstance(value, Object):
        return value.type_name
    return _TYPE_NAMES.get(type(value), "interface {}")


def kind_name(value: Any) -> str:
    """Return the name of the value's kind, as sprig's kindOf does."""
    if isinstance(value, list):
        return "slice"
    if isinstance(value, dict):
        return "map"
    if isinstance(value, Object):
        return "struct"
    return "invalid" if value is None else type_name(value)


_TYPE_NAMES: dict[type, str] = {
    type(None): "<nil>",
    bool: "bool",
    str: "string",
    float: "float64",
    int: "int",
    Int64: "int64",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    StringMap: "map[string]string",
}

Function = Callable[..., Any]
