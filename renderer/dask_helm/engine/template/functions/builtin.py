"""The functions of text/template itself, and those of sprig that choose between values."""

from typing import Any

from dask_helm.engine.template.functions.table import function
from dask_helm.engine.template.functions.urls import UNRESERVED, escaped
from dask_helm.engine.template.printing import sprint, sprintf, sprintln
from dask_helm.engine.template.printing.plain import NO_VALUE, plain
from dask_helm.engine.types import (
    FunctionError,
    Int64,
    StringMap,
    Uint8,
    is_nil,
    kind_name,
    type_name,
)
from dask_helm.engine.utf8 import encoded, is_valid, length


@function("len")
def length_of(value: Any) -> int:
    """Return the number of elements, or of the bytes of a string."""
    if isinstance(value, str):
        return length(value)
    if isinstance(value, list | dict):
        return len(value)
    raise FunctionError(f"len of type {type_name(value)}")


@function("index")
def index(value: Any, *keys: Any) -> Any:
    """Return the element under the keys, one after another; nil for a key that a map lacks."""
    if value is None:
        raise FunctionError("index of untyped nil")
    for key in keys:
        value = _indexed(value, key)
    return value


def _indexed(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        if key is None:
            raise FunctionError("value is nil; should be of type string")
        if type(key) is not str:
            raise FunctionError(f"value has type {type_name(key)}; should be string")
        return value.get(key, "" if isinstance(value, StringMap) else None)
    if value is None:
        raise FunctionError("index of nil pointer")
    if not isinstance(value, list | str):
        raise FunctionError(f"can't index item of type {type_name(value)}")
    elements = encoded(value) if isinstance(value, str) else value
    element = elements[_position(key, len(elements))]
    return Uint8(element) if isinstance(value, str) else element


def _position(key: Any, count: int) -> int:
    if key is None:
        raise FunctionError("cannot index slice/array with nil")
    if not isinstance(key, int) or isinstance(key, bool):
        raise FunctionError(f"cannot index slice/array with type {type_name(key)}")
    if not 0 <= key < count:
        raise FunctionError(f"index out of range: {key}")
    return key


@function("print")
def print_(*values: Any) -> str:
    """Return the values as text, with spaces between two that are not strings."""
    return sprint(values)


@function("println")
def println(*values: Any) -> str:
    """Return the values as text, with spaces between them and a newline."""
    return sprintln(values)


@function("printf")
def printf(format: str, *values: Any) -> str:  # noqa: A002  Go's own name for it
    """Return the values in a format of Go's fmt."""
    return sprintf(format, values)


def _escapable(values: tuple[Any, ...]) -> str:
    return sprint([NO_VALUE if value is None else value for value in values])


_HTML = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_JS = {c: f"\\u{ord(c):04X}" for c in [*map(chr, range(32)), "<", ">", "&", "="]}
_JS |= {"\\": "\\\\", "'": "\\'", '"': '\\"'}


@function("html")
def html(*values: Any) -> str:
    """Return the values as text for HTML."""
    return _escapable(values).translate(_HTML)


@function("js")
def js(*values: Any) -> str:
    """Return the values as text for a JavaScript string."""
    return "".join(map(_js_character, _escapable(values)))


def _js_character(character: str) -> str:
    if character in _JS:
        return _JS[character]
    is_shown = character.isascii() or character.isprintable() or not is_valid(character)
    return character if is_shown else f"\\u{ord(character):04X}"


@function("urlquery")
def urlquery(*values: Any) -> str:
    """Return the values as text for the query of a URL."""
    return escaped(_escapable(values), UNRESERVED).replace("%20", "+")


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
    """Compare lists, maps or structs, which Go mostly refuses, or one of them with nil."""
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
    if not all(kinds) or kinds == ("bool", "bool"):
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise _incompatible(first, second)
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


@function("default")
def default(instead: Any, *given: Any) -> Any:
    """Return the given value, the default for an empty one."""
    return given[0] if given and given[0] else instead


@function("empty")
def empty(value: Any) -> bool:
    """Whether the value is empty."""
    return not value


@function("coalesce")
def coalesce(*values: Any) -> Any:
    """Return the first value that is not empty, else nil."""
    return next((value for value in values if value), None)


@function("all")
def all_(*values: Any) -> bool:
    """Whether no value is empty."""
    return all(values)


@function("any")
def any_(*values: Any) -> bool:
    """Whether some value is not empty."""
    return any(values)


@function("ternary")
def ternary(if_true: Any, if_false: Any, condition: bool) -> Any:
    """Return the first value if the condition is true, else the second."""
    return if_true if condition else if_false
