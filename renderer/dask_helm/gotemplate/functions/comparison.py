"""Comparisons of text/template: only of values of one kind, for which all integers are one."""

from typing import Any

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import is_nil, kind_name, type_name
from dask_helm.gotemplate.printing.plain import plain
from dask_helm.gotemplate.types import FunctionError, Int64
from dask_helm.gotemplate.utf8 import encoded

_BASIC: dict[type, str] = {bool: "bool", str: "string", float: "float", int: "int", Int64: "int"}


def _basic_kind(value: Any) -> str:
    """Return the kind that decides what a value can be compared with, empty for containers."""
    kind = _BASIC.get(type(value))
    if kind is None:
        return "int" if isinstance(value, int) else ""
    return kind


@function("not")
def not_(value: Any) -> bool:
    """Whether the value is empty or nil."""
    return not value


@function("eq")
def eq(first: Any, *others: Any) -> bool:
    """Whether the first equals one of the others."""
    if not others:
        raise FunctionError("missing argument for comparison")
    for other in others:  # noqa: SIM110  called often, and any() is slower
        if _equal(first, other):
            return True
    return False


def _equal(first: Any, other: Any) -> bool:
    if type(first) is type(other) and type(first) in _BASIC:
        return bool(first == other)
    kinds = _basic_kind(first), _basic_kind(other)
    if kinds[0] != kinds[1]:
        if first is None or other is None:
            return False
        raise _incompatible(first, other)
    return bool(first == other) if kinds[0] else _same_container(first, other)


def _same_container(first: Any, other: Any) -> bool:
    """Compare lists, maps and structs, which is hardly ever possible, or one of them with nil."""
    if first is not None and other is not None and kind_name(first) != kind_name(other):
        names = f"{type_name(first)}, {type_name(other)}"
        raise FunctionError(f"non-comparable types {names}")
    if is_nil(first) or is_nil(other):
        return is_nil(first) and is_nil(other)
    if isinstance(other, list | dict):
        raise FunctionError(f"non-comparable type {plain(other)}: {type_name(other)}")
    return first is other


def _incompatible(first: Any, other: Any) -> FunctionError:
    names = f"{type_name(first)} and {type_name(other)}"
    return FunctionError(f"incompatible types for comparison: {names}")


@function("ne")
def ne(first: Any, second: Any) -> bool:
    """Whether the two differ."""
    return not eq(first, second)


@function("lt")
def lt(first: Any, second: Any) -> bool:
    """Whether the first is the smaller one; strings are compared by their bytes."""
    kinds = _basic_kind(first), _basic_kind(second)
    if not all(kinds):
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise _incompatible(first, second)
    if kinds[0] == "bool":
        raise FunctionError("invalid type for comparison")
    if kinds[0] == "string":
        return encoded(first) < encoded(second)
    return bool(first < second)


@function("le")
def le(first: Any, second: Any) -> bool:
    """Whether the first is not the larger one; never with NaN."""
    return lt(first, second) or eq(first, second)


@function("gt")
def gt(first: Any, second: Any) -> bool:
    """Whether the first is the larger one."""
    return not le(first, second)


@function("ge")
def ge(first: Any, second: Any) -> bool:
    """Whether the first is not the smaller one."""
    return not lt(first, second)
