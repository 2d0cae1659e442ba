"""Integers and floats by the verbs of Go's fmt, with flags, width and precision."""

import math
from dataclasses import dataclass

from dask_helm.engine.template.printing.quoting import quoted_rune, rune
from dask_helm.engine.yaml.numbers import format_float


@dataclass(slots=True)
class Flags:
    """The flags between ``%`` and the verb; `go_syntax` is ``#`` for %v."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go_syntax: bool = False
    width: int | None = None
    precision: int | None = None

    def padded(self, text: str, zero: bool | None = None) -> str:
        """Return the text, filled up to the width; `zero` overrides that flag."""
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        fill = "0" if (self.zero if zero is None else zero) else " "
        return fill * missing + text

    def sign(self, negative: bool) -> str:
        """Return the sign of a number."""
        return "-" if negative else "+" if self.plus else " " if self.space else ""


INTEGER_VERBS = frozenset("bcdoOqUvxX")
_BASES = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X", "d": "d", "v": "d"}
_PREFIXES = {"b": "0b", "x": "0x", "X": "0X"}


def formatted_integer(flags: Flags, value: int, verb: str) -> str:
    """Return the integer as one of `INTEGER_VERBS` prints it."""
    if verb == "c":
        return flags.padded(rune(value))
    if verb == "q":
        return flags.padded(quoted_rune(value, flags.plus))
    if verb == "U":
        code = value % 2**64
        text = f"U+{code:0{max(4, flags.precision or 0)}X}"
        shown = flags.sharp and code <= 0x10FFFF and rune(code).isprintable()
        return flags.padded(f"{text} '{rune(code)}'" if shown else text, zero=False)
    if flags.precision == 0 and value == 0:
        return " " * (flags.width or 0)
    sign = flags.sign(value < 0)
    digits = format(abs(value), _BASES[verb]).rjust(_least_digits(flags, sign), "0")
    return flags.padded(sign + _prefix(flags, verb, digits) + digits, zero=False)


def _least_digits(flags: Flags, sign: str) -> int:
    if flags.precision is not None:
        return flags.precision
    zeros = flags.zero and not flags.minus and flags.width is not None
    return (flags.width or 0) - len(sign) if zeros else 0


def _prefix(flags: Flags, verb: str, digits: str) -> str:
    octal = "0" if flags.sharp and _BASES[verb] == "o" and digits[0] != "0" else ""
    if verb == "O":
        return "0o" + octal
    return octal or (_PREFIXES.get(verb, "") if flags.sharp else "")


FLOAT_VERBS = frozenset("beEfFgGvxX")
_FIXED = frozenset("eEfF")
_PYTHONS = {"F": "f", "v": "g"}


def formatted_float(flags: Flags, value: float, verb: str) -> str:
    """Return the float as one of `FLOAT_VERBS` prints it."""
    text = _unsigned(flags, value, verb)
    if text == "NaN":
        return flags.padded(flags.sign(negative=False) + text, zero=False)
    sign = flags.sign(math.copysign(1.0, value) < 0)
    if text == "Inf":
        return flags.padded((sign or "+") + text, zero=False)
    body = _sharpened(flags, text, verb) if flags.sharp and verb != "b" else text
    missing = (flags.width or 0) - len(sign) - len(body)
    if flags.zero and not flags.minus and missing > 0:
        return sign + "0" * missing + body
    return flags.padded(sign + body)


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
    number, zeros, tail = text[:at], "", text[at:]
    if verb in "vgGx":
        wanted = 6 if flags.precision is None else flags.precision
        significant = number.replace(".", "").lstrip("0")
        zeros = "0" * (wanted - len(significant) - (number == "0"))
    return number + ("" if "." in number else ".") + zeros + tail
