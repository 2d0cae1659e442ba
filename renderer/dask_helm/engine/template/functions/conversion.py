"""Conversions of values to numbers, as in sprig: anything that is not a number is 0."""

import math
import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

from dask_helm.engine.template.functions.table import function
from dask_helm.engine.template.printing.plain import plain
from dask_helm.engine.types import Int64, Unsigned

_LEAST, _MOST = -(2**63), 2**63 - 1

_INTEGER = re.compile(
    r"([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]((?:_?[0-7])+)"
    r"|0((?:_?[0-7])*)|([1-9](?:_?[0-9])*))"
)
_BASES = (16, 2, 8, 8, 10)
_ZERO_DECIMALS = re.compile(r"\.0+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+"
)
_NOT_FINITE = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
_UNDERSCORE = re.compile(r"(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])")


def wrapped(value: int) -> Int64:
    """Return the number as Go's int64, which begins again at the other end where it overflows."""
    return Int64(value if _LEAST <= value <= _MOST else (value - _LEAST) % 2**64 + _LEAST)


def to_integer(value: Any) -> int:
    """Return the value as an integer of 64 bits."""
    if type(value) is int:
        return value
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, float):
        # A float that does not fit gives the least number on amd64.
        return int(value) if math.isfinite(value) and _LEAST <= value < _MOST else _LEAST
    if isinstance(value, Unsigned):
        return int(wrapped(value))
    return int(value) if isinstance(value, int) else 0


@lru_cache(maxsize=1_000)
def _of_text(text: str) -> int:
    at = text.rfind(".")
    whole = text[:at] if at >= 0 and _ZERO_DECIMALS.fullmatch(text, at) else text
    return parsed_integer(whole) or 0


def parsed_integer(text: str) -> int | None:
    """Return what Go's ParseInt reads with base 0; None for nonsense and for what does not fit."""
    match = _INTEGER.fullmatch(text) if len(text) <= 200 else None
    if match is None:
        return None
    sign, *numbers = match.groups()
    digits, base = next((n, b) for n, b in zip(numbers, _BASES, strict=True) if n is not None)
    value = int(sign + (digits.replace("_", "") or "0"), base)
    return value if _LEAST <= value <= _MOST else None


def to_float(value: Any) -> float:
    """Return the value as a float."""
    if isinstance(value, str):
        number = parsed_float(value)
        return 0.0 if number is None else number
    return float(value) if isinstance(value, int | float) else 0.0


def parsed_float(text: str) -> float | None:
    """Return what Go's ParseFloat reads; None for nonsense and for what is too large."""
    if "_" in text:
        text = _UNDERSCORE.sub("", text)
    if _NOT_FINITE.fullmatch(text):
        return float(text)
    value = math.inf
    if _DECIMAL.fullmatch(text):
        value = float(text)
    elif _HEXADECIMAL.fullmatch(text):
        with suppress(OverflowError):
            value = float.fromhex(text)
    return None if math.isinf(value) else value


@function("int")
def int_(value: Any) -> int:
    """Return the value as an int."""
    return to_integer(value)


@function("int64")
def int64(value: Any) -> Int64:
    """Return the value as an int64."""
    return Int64(to_integer(value))


@function("float64")
def float64(value: Any) -> float:
    """Return the value as a float64."""
    return to_float(value)


@function("atoi")
def atoi(text: str) -> int:
    """Return a decimal integer, the nearest for one that does not fit, 0 for anything else."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return 0
    digits = text.lstrip("+-0")
    value = int(digits or "0") if len(digits) < 20 else _MOST + 1
    return max(-value, _LEAST) if text[0] == "-" else min(value, _MOST)


@function("toDecimal")
def to_decimal(value: Any) -> Int64:
    """Return a number that is written with octal digits, 0 for anything else."""
    text = plain(value)
    fits = re.fullmatch(r"[+-]?[0-7]+", text) and len(text) < 100
    number = int(text, 8) if fits else 0
    return Int64(number if _LEAST <= number <= _MOST else 0)
