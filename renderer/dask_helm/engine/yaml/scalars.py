"""What a plain word of YAML means to Go's yaml.v2: null, a bool, a number or just text."""

import math
import re
from base64 import b64decode
from binascii import Error as Base64Error
from codecs import register_error
from datetime import date
from typing import Any

from dask_helm.engine.yaml.numbers import format_float32

_PREFIX = "tag:yaml.org,2002:"
MERGE = "<<"
_MERGE_TAG = _PREFIX + "merge"
_TEXT_TAG, _BINARY_TAG, _TIME_TAG = _PREFIX + "str", _PREFIX + "binary", _PREFIX + "timestamp"
_FLOAT_TAG = _PREFIX + "float"
_RESOLVED_TAGS = frozenset(
    _PREFIX + name for name in ("null", "bool", "int", "float", "str", "timestamp")
)
_TYPE_NAMES = {type(None): "null", bool: "bool", int: "int", float: "float"}

_SHOWN_LENGTH = 64

_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
WORDS: dict[str, Any] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
# How YAML writes what Go's strconv writes so.
INFINITE = {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}
# Only words that begin with one of these can be anything but text.
_LETTERS = frozenset("yYnNtTfFoO")
_HINTS = frozenset([*"+-.0123456789~", "", *_LETTERS])

_INTEGER = re.compile(
    r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]{0,19}))"
)
_SIGNED_BINARY = re.compile(r"0b([+-][01]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
"""Go passes words that begin with a dot to ParseFloat, which allows _ between digits only."""
_LEAST, _MOST, _MOST_UNSIGNED = -(2**63), 2**63 - 1, 2**64 - 1

_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?P<t>[Tt]| +)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_LEAP_YEAR = 2000
_LIMITS = (23, 59, 59)
_ZONE_LIMITS = (24, 60)


class RefusedError(ValueError):
    """A node does not fit its tag or its place; the reader adds where it is."""


def of(event: Any) -> Any:
    """Return what the parser's scalar is, with integers as int."""
    if event.tag:
        return tagged(event.tag, event.value)
    return _resolve(event.value) if event.implicit[0] else event.value


def is_merge(event: Any) -> bool:
    """Tell whether the scalar, as a key, merges a map into the one around it."""
    return bool(event.value == MERGE and (event.implicit[0] or event.tag == _MERGE_TAG))


def floating(text: str) -> Any:
    """Return what the plain word is after a way through JSON: every number is a float."""
    return text if is_plain_text(text) else as_json(_resolve(text))


def whole(text: str) -> Any:
    """Return what the plain word is, with integers as int; infinities are errors, as in JSON."""
    return text if is_plain_text(text) else as_finite(_resolve(text))


def key(text: str) -> str:
    """Return the key that the plain word is in JSON."""
    return text if is_plain_text(text) else as_key(_resolve(text))


def is_plain_text(text: str) -> bool:
    """Whether the plain word is text because of its first character, or else of all its letters."""
    return text[:1] not in _HINTS or (text[:1] in _LETTERS and text not in WORDS)


def tagged(tag: str, text: str) -> Any:
    """Return what the word is under an explicit tag; RefusedError when it cannot be that."""
    if tag == _BINARY_TAG:
        return _binary(text)
    if tag not in _RESOLVED_TAGS or tag == _TEXT_TAG:
        return text
    if tag == _TIME_TAG and is_time(text):
        return text
    value = _resolve(text)
    if tag == _PREFIX + _TYPE_NAMES.get(type(value), "str"):
        return value
    if tag == _FLOAT_TAG and type(value) is int and value <= _MOST:
        return float(value)
    shown = text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"
    raise RefusedError(f"{shown!r} is no {tag.removeprefix(_PREFIX)}, as its tag says")


def as_json(value: Any) -> Any:
    """Return the scalar as a float where it is a number."""
    return float(value) if type(value) is int else as_finite(value)


def as_finite(value: Any) -> Any:
    """Return the scalar; RefusedError for infinities and NaN, which JSON has no words for."""
    if type(value) is float and not math.isfinite(value):
        raise RefusedError("JSON has no infinity and no NaN; write a number, or quote the word")
    return value


def as_key(value: Any) -> str:
    """Return the scalar as the key of a JSON object; RefusedError where Go refuses it."""
    if isinstance(value, str):
        return value
    if value is None:
        raise RefusedError('null cannot be a key; write "null" or "~" in quotes if a word is meant')
    if type(value) is bool:
        return str(value).lower()
    if type(value) is not int:
        number = format_float32(value)
        return INFINITE.get(number, number)
    if value > _MOST:
        raise RefusedError("a number above 9223372036854775807 cannot be a key; put it in quotes")
    return str(value)


def is_text(text: str) -> bool:
    """Tell whether the word, written plainly, is read as text by Go and by old YAML readers."""
    if text[:1] not in _HINTS:
        return True
    return isinstance(_resolve(text), str) and not is_time(text) and not _BASE60.fullmatch(text)


def is_time(text: str) -> bool:
    """Tell whether Go's yaml takes the word for a time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day = (int(found[part]) for part in (1, 2, 3))
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return False
    if found["t"] is None:
        return True
    # Times with a T have a zone, others have none.
    if (found["zone"] is None) != found["t"].startswith(" "):
        return False
    zone = re.findall("[0-9]{2}", found["zone"] or "")
    return _within(found.group(5, 6, 7), _LIMITS) and _within(zone, _ZONE_LIMITS)


def _within(numbers: Any, limits: tuple[int, ...]) -> bool:
    return all(int(number) <= limit for number, limit in zip(numbers, limits, strict=False))


def _resolve(text: str) -> Any:
    if text in WORDS:
        return WORDS[text]
    if text[:1] == ".":
        return _decimal(text.replace("_", ""), text) if _FRACTION.fullmatch(text) else text
    if text[:1] not in "+-0123456789":
        return text
    plain = text.replace("_", "")
    whole = _integer(plain)
    return whole if whole is not None else _decimal(plain, text)


def _integer(plain: str) -> int | None:
    if plain.isdigit() and plain[0] != "0" and len(plain) < 19 and plain.isascii():
        return int(plain)
    found = _INTEGER.fullmatch(plain)
    if not found:
        # Go takes the digits after 0b for a number of their own, sign and all.
        binary = _SIGNED_BINARY.fullmatch(plain)
        return _in_range(int(binary[1], 2), "+") if binary else None
    sign, *digits = found.groups()
    base, body = next(pair for pair in zip((16, 2, 8, 10), digits, strict=True) if pair[1])
    return _in_range(-int(body, base) if sign == "-" else int(body, base), sign)


def _in_range(number: int, sign: str) -> int | None:
    most = _MOST if sign else _MOST_UNSIGNED
    return number if _LEAST <= number <= most else None


def _decimal(plain: str, text: str) -> Any:
    number = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    return text if math.isinf(number) else number


def _binary(text: str) -> str:
    try:
        data = b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (Base64Error, ValueError):
        raise RefusedError("what stands under !!binary is no base64") from None
    return data.decode("utf-8", "goyaml.replace")


def _replace_byte(error: UnicodeError) -> tuple[str, int]:
    """Go's JSON writes U+FFFD for each byte that is no UTF-8, Python one for several."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101  only decoding uses the handler
    return "\ufffd", error.start + 1


register_error("goyaml.replace", _replace_byte)
