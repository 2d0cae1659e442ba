"""What a value is."""

from typing import Any

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import kind_name, type_name

# Kinds of the types that a template meets most.
_KINDS: dict[type, str] = {
    str: "string",
    dict: "map",
    list: "slice",
    type(None): "invalid",
    bool: "bool",
    float: "float64",
    int: "int",
}


@function("typeOf")
def type_of(value: Any) -> str:
    """Return the name of the value's type in Go."""
    return type_name(value)


@function("typeIs")
def type_is(name: str, value: Any) -> bool:
    """Whether the value has this type."""
    return name == type_name(value)


@function("typeIsLike")
def type_is_like(name: str, value: Any) -> bool:
    """Whether the value has this type, or points to such a value."""
    return type_name(value) in (name, f"*{name}")


@function("kindOf")
def kind_of(value: Any) -> str:
    """Return the kind of the value: invalid for nil, slice, map, string, bool, int, float64, …."""
    return _KINDS.get(type(value)) or kind_name(value)


@function("kindIs")
def kind_is(name: str, value: Any) -> bool:
    """Whether the value has this kind."""
    return name == kind_of(value)
