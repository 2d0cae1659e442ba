"""Floats by the verbs of fmt: b e E f F g G v x X."""

import math

from dask_helm.gotemplate.printing.flags import Flags
from dask_helm.goyaml.numbers import format_float

VERBS = frozenset("beEfFgGvxX")
_FIXED = frozenset("eEfF")
_PYTHONS = {"F": "f", "v": "g"}


def formatted(flags: Flags, value: float, verb: str) -> str:
    """Return the float as one of `VERBS` prints it."""
    text = _unsigned(flags, value, verb)
    if text == "NaN":
        return flags.padded(flags.sign(negative=False) + text, zero=False)
    sign = flags.sign(math.copysign(1.0, value) < 0)
    if text == "Inf":
        return flags.padded((sign or "+") + text, zero=False)
    body = _sharpened(flags, text, verb) if flags.sharp and verb != "b" else text
    return _zero_padded(flags, sign, body)


def _unsigned(flags: Flags, value: float, verb: str) -> str:
    magnitude = abs(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Inf"
    if verb == "b":
        return _binary(magnitude)
    if verb in "xX":
        text = _hexadecimal(magnitude, flags.precision)
        return text.upper() if verb == "X" else text
    if flags.precision is None and verb not in _FIXED:
        return format_float(magnitude, "g").replace("e", "E" if verb == "G" else "e")
    precision = 6 if flags.precision is None else flags.precision
    return f"%.{precision}{_PYTHONS.get(verb, verb)}" % magnitude


def _zero_padded(flags: Flags, sign: str, body: str) -> str:
    """Return sign and number; zeros come between the two."""
    missing = (flags.width or 0) - len(sign) - len(body)
    if flags.zero and not flags.minus and missing > 0:
        return sign + "0" * missing + body
    return flags.padded(sign + body)


def _binary(value: float) -> str:
    """Return mantissa and binary exponent, both in decimal digits."""
    if not value:
        return "0p-1074"
    mantissa, exponent = math.frexp(value)
    shift = min(53, exponent + 1074)
    return f"{int(math.ldexp(mantissa, shift))}p{exponent - shift:+d}"


def _hexadecimal(value: float, precision: int | None) -> str:
    """Return the float with one hexadecimal digit before the point."""
    mantissa, exponent = math.frexp(value)
    fraction = int(math.ldexp(mantissa, 53))
    if precision is not None and precision < 13:
        fraction, exponent = _rounded(fraction, exponent, precision)
    digits = f"{fraction & (2**52 - 1):013x}"
    digits = digits.rstrip("0") if precision is None else digits.ljust(precision, "0")[:precision]
    lead = f"0x{fraction >> 52}" + (f".{digits}" if digits else "")
    return f"{lead}p{exponent - 1 if value else 0:+03d}"


def _rounded(fraction: int, exponent: int, precision: int) -> tuple[int, int]:
    """Return the 53 bits rounded to that many hexadecimal digits, to the even one of two."""
    dropped = 52 - 4 * precision
    kept, rest = fraction >> dropped, fraction & ((1 << dropped) - 1)
    half = 1 << (dropped - 1)
    kept += rest > half or (rest == half and kept & 1)
    rounded = kept << dropped
    return (rounded >> 1, exponent + 1) if rounded >> 53 else (rounded, exponent)


def _sharpened(flags: Flags, text: str, verb: str) -> str:
    """Return the number with a decimal point and, for the general verbs, its trailing zeros."""
    marker = "pP" if verb in "xX" else "eE"
    at = next((i for i, c in enumerate(text) if c in marker), len(text))
    number, tail = text[:at], text[at:]
    if verb in "vgGx":
        wanted = 6 if flags.precision is None else flags.precision
        number = _filled(number, wanted)
    return (number if "." in number else number + ".") + tail


def _filled(number: str, wanted: int) -> str:
    significant = number.replace(".", "").lstrip("0")
    missing = wanted - len(significant) - (number == "0")
    point = "" if "." in number else "."
    return number + point + "0" * missing
