"""JSON as Go's encoding/json reads and writes it."""

import json
import math
from json.encoder import encode_basestring
from typing import Any

from dask_helm.engine.types import as_json
from dask_helm.engine.utf8 import BYTE, valid
from dask_helm.engine.yaml.gojson_errors import go_error
from dask_helm.engine.yaml.numbers import format_float

_SMALLEST_FIXED, _SMALLEST_SCIENTIFIC = 1e-6, 1e21
WORDS = {None: "null", True: "true", False: "false"}
_ALWAYS_ESCAPED = "\u2028\u2029"
_ESCAPED_IN_HTML = "<>&" + _ALWAYS_ESCAPED


class MarshalError(ValueError):
    """A value that has no form in JSON, or a text that is no JSON."""


def json_dumps(value: Any, *, indent: str = "", escape_html: bool = True) -> str:
    """Return the value as Go's json.Marshal writes it, or json.MarshalIndent with an `indent`.

    Keys are sorted; MarshalError for infinities and for values of other types.
    """
    try:
        text = _Writer(indent).text(value, "\n")
    except RecursionError:
        raise MarshalError("json: lists and maps stand within each other too deep") from None
    if not text.isascii():
        text = BYTE.sub(r"\\ufffd", text)
    for character in _ESCAPED_IN_HTML if escape_html else _ALWAYS_ESCAPED:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def json_loads(text: str, *, too_large_as_null: bool = False) -> Any:
    """Return what Go's json.Unmarshal makes of the text: every number is a float.

    MarshalError, with Go's words, for a text that is no JSON, and for numbers that are too large
    unless these are to be None.
    """

    def number(digits: str) -> float | None:
        found = float(digits)
        if not math.isinf(found):
            return found
        if too_large_as_null:
            return None
        message = f"json: cannot unmarshal number {digits} into Go value of type float64"
        raise MarshalError(message)

    try:
        loaded = json.loads(text, parse_int=number, parse_float=number, parse_constant=_refused)
        return _valid(loaded) if "\\ud" in text.lower() else loaded
    except RecursionError:
        raise MarshalError("exceeded max depth") from None
    except ValueError as error:
        raise MarshalError(go_error(text) or str(error)) from None


def json_number(value: float) -> str:
    """Return the number, an int or a float, as Go's encoding/json writes it."""
    if isinstance(value, int):
        return int.__repr__(value)
    if not math.isfinite(value):
        raise MarshalError(f"json: unsupported value: {format_float(value, 'g')}")
    size = abs(value)
    if size and not _SMALLEST_FIXED <= size < _SMALLEST_SCIENTIFIC:
        return format_float(value, "e").replace("e-0", "e-")
    return format_float(value, "f")


def _refused(word: str) -> Any:
    raise MarshalError(f"json: {word} is no number")


def _valid(value: Any) -> Any:
    """Return the value with U+FFFD for each half of a surrogate pair."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, list):
        return [_valid(item) for item in value]
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    return value


class _Writer:
    """Writes values; `margin` is the line break and indentation before the items of a level."""

    def __init__(self, indent: str) -> None:
        self._indent = indent
        self._colon = ": " if indent else ":"

    def text(self, value: Any, margin: str) -> str:
        if isinstance(value, str):
            return encode_basestring(value)
        if value is None or isinstance(value, bool):
            return WORDS[value]
        if isinstance(value, int | float):
            return json_number(value)
        value, inner = as_json(value), margin + self._indent
        if isinstance(value, dict):
            brackets = "{}"
            parts = [
                f"{encode_basestring(key)}{self._colon}{self.text(value[key], inner)}"
                for key in sorted(value)
            ]
        elif isinstance(value, list | tuple):
            brackets, parts = "[]", [self.text(item, inner) for item in value]
        elif isinstance(value, str | None):
            return self.text(value, margin)
        else:
            raise MarshalError(f"json: unsupported type: {type(value).__name__}")
        if not parts or not self._indent:
            return f"{brackets[0]}{','.join(parts)}{brackets[1]}"
        return f"{brackets[0]}{inner}{f',{inner}'.join(parts)}{margin}{brackets[1]}"
