"""Copies and comparisons of whole values, as Go's reflect makes them: types count, too."""

import math
from typing import Any

from dask_helm.gotemplate.functions.limits import check_elements, nested
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.types import FunctionError, Object

_SCALARS = frozenset((str, int, bool, type(None)))

Pairs = set[tuple[int, int]]


def equal(first: Any, second: Any, compared: Pairs | None = None) -> bool:
    """Whether the two have the same types and values all through.

    `compared` are the containers that are being compared already, or were.
    """
    kind = type(first)
    if kind is not type(second):
        return False
    if not isinstance(first, list | dict):
        return bool(first == second)
    return _equal_containers(first, second, set() if compared is None else compared)


def _equal_containers(first: Any, second: Any, compared: Pairs) -> bool:
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
    """Copies, and counts them: one list can stand in another many times."""

    def __init__(self) -> None:
        self._count = 0

    def copied(self, value: Any) -> Any:
        if isinstance(value, list):
            self._add(len(value))
            return type(value)([self.copied(element) for element in value])
        if isinstance(value, dict):
            self._add(len(value))
            return type(value)({key: self.copied(element) for key, element in value.items()})
        if isinstance(value, Object):
            raise FunctionError(f"a value of type {value.type_name} cannot be copied")
        return value

    def _add(self, count: int) -> None:
        self._count += count
        check_elements(self._count)
