"""The other functions of text/template itself: len, index, print and the escapes."""

import string
from typing import Any

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import Uint8, type_name
from dask_helm.gotemplate.printing import sprint, sprintf, sprintln
from dask_helm.gotemplate.types import FunctionError, StringMap
from dask_helm.gotemplate.utf8 import encoded, length


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
        return _of_map(value, key)
    if value is None:
        raise FunctionError("index of nil pointer")
    if not isinstance(value, list | str):
        raise FunctionError(f"can't index item of type {type_name(value)}")
    elements = encoded(value) if isinstance(value, str) else value
    element = elements[_position(key, len(elements))]
    return Uint8(element) if isinstance(value, str) else element


def _of_map(value: dict[str, Any], key: Any) -> Any:
    if key is None:
        raise FunctionError("value is nil; should be of type string")
    if type(key) is not str:
        raise FunctionError(f"value has type {type_name(key)}; should be string")
    return value.get(key, "" if isinstance(value, StringMap) else None)


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
    """Return the values as text, with spaces between two that are no strings."""
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
    return sprint([_NO_VALUE if value is None else value for value in values])


_NO_VALUE = "<no value>"
_HTML = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_JS = {c: f"\\u{ord(c):04X}" for c in [*map(chr, range(32)), "<", ">", "&", "="]}
_JS |= {"\\": "\\\\", "'": "\\'", '"': '\\"'}
_UNRESERVED = frozenset((string.ascii_letters + string.digits + "-_.~").encode())


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
    shown = character < "\x80" or character.isprintable()
    is_byte = "\ud800" <= character <= "\udfff"
    return character if shown or is_byte else f"\\u{ord(character):04X}"


@function("urlquery")
def urlquery(*values: Any) -> str:
    """Return the values as text for the query of a URL."""
    data = encoded(_escapable(values))
    return "".join(_query_byte(byte) for byte in data)


def _query_byte(byte: int) -> str:
    if byte == ord(" "):
        return "+"
    return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"
