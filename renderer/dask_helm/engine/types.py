"""How the values of Go are represented in Python, and the names of their types and kinds.

| Go                         | Python                                              |
|----------------------------|-----------------------------------------------------|
| nil                        | None                                                |
| bool, string, float64, int | bool, str, float, int                               |
| int64, unsigned integers   | Int64, Unsigned: subclasses of int                  |
| []interface {}             | list; a typed slice is a TypedList                  |
| map[string]interface {}    | dict; map[string]string is a StringMap              |
| a type with methods        | an Object                                           |
| a nil slice or map         | one of NIL_TYPES, where a function returns it       |
"""

from binascii import b2a_base64
from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


class FunctionError(Exception):
    """The error that a function of a template returns."""


class Int64(int):
    """Go's int64, which arithmetic of sprig and --set give; a plain int is Go's int."""

    __slots__ = ()


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


class TypedList(list[Any]):
    """A slice whose elements have one type, such as []string; `element` is that type's name."""

    element = "interface {}"


class StringList(TypedList):
    """Go's []string."""

    element = "string"


class IntList(TypedList):
    """Go's []int."""

    element = "int"


class Lists(TypedList):
    """Go's [][]interface {}."""

    element = "[]interface {}"


class Bytes(TypedList):
    """Go's []byte, a list of Uint8."""

    element = "uint8"

    @classmethod
    def of(cls, data: bytes) -> "Bytes":
        """Return the slice that holds these bytes."""
        return cls(map(Uint8, data))


class NilList(TypedList):
    """A nil []interface {}: an empty list, but null in JSON and YAML, and equal to nil."""


class NilStringList(StringList):
    """A nil []string."""


class NilMap(dict[str, Any]):
    """A nil map[string]interface {}."""


class StringMap(dict[str, Any]):
    """Go's map[string]string."""


class Object:
    """A Go type with methods; `members` are the fields and methods that templates may use."""

    type_name = "struct"

    def members(self) -> dict[str, Any]:
        """Return fields and methods by name; a method gets the arguments of the call."""
        return {}


NIL_TYPES = (NilList, NilStringList, NilMap)

TYPE_NAMES: dict[type, str] = {
    type(None): "<nil>",
    bool: "bool",
    str: "string",
    float: "float64",
    int: "int",
    Int64: "int64",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    NilMap: "map[string]interface {}",
    StringMap: "map[string]string",
}


def is_nil(value: Any) -> bool:
    """Whether the value is nil, or a nil of its type."""
    return value is None or isinstance(value, NIL_TYPES)


def type_name(value: Any) -> str:
    """Return the name Go gives to the value's type, as sprig's typeOf does."""
    if isinstance(value, TypedList):
        return f"[]{value.element}"
    if isinstance(value, Object):
        return value.type_name
    if isinstance(value, Unsigned):
        return value.name
    return TYPE_NAMES.get(type(value), "interface {}")


def kind_name(value: Any) -> str:
    """Return the name of the value's kind, as sprig's kindOf does."""
    if isinstance(value, list):
        return "slice"
    if isinstance(value, dict):
        return "map"
    if isinstance(value, Object):
        return "ptr" if value.type_name.startswith("*") else "struct"
    return "invalid" if value is None else type_name(value)


def stringer(value: Object) -> Callable[[], str] | None:
    """Return the String method of the value, None where it has none."""
    method = value.members().get("String")
    return getattr(method, "call", None)


def as_json(value: Any) -> Any:
    """Return a value as Go's encoding/json sees it: nil is null, bytes are base64.

    An Object is its text or, without a String method, its fields.
    """
    if is_nil(value):
        return None
    if isinstance(value, Bytes):
        return b2a_base64(bytes(value), newline=False).decode()
    if not isinstance(value, Object) or isinstance(value, dict):
        return value
    string = stringer(value)
    if string is not None:
        return string()
    return {name: field for name, field in value.members().items() if not hasattr(field, "call")}
