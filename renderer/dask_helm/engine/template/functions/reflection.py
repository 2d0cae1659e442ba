"""What a value is, and copies and comparisons of whole values, as Go's reflect makes them."""

import math
from typing import Any

from dask_helm.engine.template.functions.table import check_elements, function, nested
from dask_helm.engine.types import FunctionError, Object, kind_name, type_name

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
    """Whether the value has this type or is a pointer to it."""
    return type_name(value) in (name, f"*{name}")


@function("kindOf")
def kind_of(value: Any) -> str:
    """Return the kind of the value: invalid for nil, slice, map, string, bool, int, float64, …."""
    return _KINDS.get(type(value)) or kind_name(value)


@function("kindIs")
def kind_is(name: str, value: Any) -> bool:
    """Whether the value has this kind."""
    return name == kind_of(value)


_SCALARS = frozenset((str, int, bool, type(None)))

Pairs = set[tuple[int, int]]


def equal(first: Any, second: Any, compared: Pairs | None = None) -> bool:
    """Whether the two have the same types and values all through.

    `compared` are the containers that are being compared already, or were.
    """
    if type(first) is not type(second):
        return False
    if not isinstance(first, list | dict):
        return bool(first == second)
    compared = set() if compared is None else compared
    pair = (id(first), id(second))
    if first is second or pair in compared:
        return True
    compared.add(pair)
    if len(first) != len(second):
        return False
    # Lists, for with generators all() would use up the stack of C.
    if isinstance(first, dict):
        return all([k in second and equal(first[k], second[k], compared) for k in first])  # noqa: C419
    pairs = zip(first, second, strict=True)
    return all([equal(*pair, compared) for pair in pairs])  # noqa: C419


@function("deepEqual")
@nested
def deep_equal(first: Any, second: Any) -> bool:
    """Whether the two have the same types and values all through."""
    return equal(first, second)


def contained(value: Any, values: list[Any]) -> bool:
    """Whether an equal value is in the list."""
    if type(value) in _SCALARS:
        # What Python holds for different, Go does as well; 1, 1.0 and True it takes for equal.
        return value in values and any(equal(value, other) for other in values)
    return any(equal(value, other) for other in values)


def distinct(values: list[Any]) -> list[Any]:
    """Return the values without those that occurred before."""
    seen: set[tuple[type, Any]] = set()
    containers: list[Any] = []
    return [value for value in values if _is_new(value, seen, containers)]


def _is_new(value: Any, seen: set[tuple[type, Any]], containers: list[Any]) -> bool:
    if isinstance(value, list | dict | Object):
        new = not contained(value, containers)
        containers.extend([value] * new)
        return new
    if isinstance(value, float) and math.isnan(value):
        return True
    new = (type(value), value) not in seen
    seen.add((type(value), value))
    return new


@function("deepCopy", "mustDeepCopy")
@nested
def deep_copy(value: Any) -> Any:
    """Return a copy of a value and of all that is in it."""
    if value is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    return _Copies().copied(value)


class _Copies:
    """Copies values, and limits their number: a list can contain another many times."""

    def __init__(self) -> None:
        self._count = 0

    def copied(self, value: Any) -> Any:
        if isinstance(value, (dict, list)):
            self._count += len(value)
            check_elements(self._count)
            copy = type(value)(value)
            for key, item in copy.items() if isinstance(copy, dict) else enumerate(copy):
                if type(item) not in _SCALARS:
                    copy[key] = self.copied(item)
            return copy
        if isinstance(value, Object):
            raise FunctionError(f"a value of type {value.type_name} cannot be copied")
        return value
