"""Numbers as Go's strconv writes them: the shortest digits that give the same number again."""

import math
import struct
from collections.abc import Callable

_INFINITE = {math.inf: "+Inf", -math.inf: "-Inf"}
_EXPONENT_BELOW, _EXPONENT_FROM = -4, 6
"""Outside of these powers of ten %g writes an exponent when it looks for the shortest form."""


def format_float(value: float, style: str) -> str:
    """Return what strconv.FormatFloat(value, style, -1, 64) gives; the style is g, f or e."""
    if not math.isfinite(value):
        return _INFINITE.get(value, "NaN")
    return _STYLES[style](*_split(repr(float(value))))


def format_float32(value: float) -> str:
    """Return what strconv.FormatFloat(value, 'g', -1, 32) gives."""
    narrow = _narrow(value)
    if not math.isfinite(narrow):
        return _INFINITE.get(narrow, "NaN")
    # Nine digits tell any two numbers of 32 bits apart; most need fewer.
    tries = (f"{narrow:.{digits}e}" for digits in range(9))
    return _general(*_split(next(text for text in tries if _narrow(float(text)) == narrow)))


def _narrow(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _split(text: str) -> tuple[str, str, int]:
    """Return sign, digits without zeros around them, and the power of ten of the first digit."""
    sign, text = ("-", text[1:]) if text[0] == "-" else ("", text)
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    significant = (whole + fraction).lstrip("0")
    zeros = len(whole + fraction) - len(significant)
    power = len(whole) - 1 - zeros + int(exponent or 0)
    digits = significant.rstrip("0")
    return sign, digits or "0", power if digits else 0


def _fixed(sign: str, digits: str, power: int) -> str:
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    fraction = digits[power + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def _scientific(sign: str, digits: str, power: int) -> str:
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _general(sign: str, digits: str, power: int) -> str:
    plain = _EXPONENT_BELOW <= power < _EXPONENT_FROM
    return (_fixed if plain else _scientific)(sign, digits, power)


_STYLES: dict[str, Callable[[str, str, int], str]] = {
    "g": _general,
    "f": _fixed,
    "e": _scientific,
}
