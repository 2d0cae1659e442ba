"""Integers by the verbs of fmt: b c d o O q U v x X."""

from dask_helm.gotemplate.printing.flags import Flags
from dask_helm.gotemplate.printing.quoting import quoted_rune, rune

VERBS = frozenset("bcdoOqUvxX")
_BASES = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X", "d": "d", "v": "d"}
_PREFIXES = {"b": "0b", "x": "0x", "X": "0X"}


def formatted(flags: Flags, value: int, verb: str) -> str:
    """Return the integer as one of `VERBS` prints it."""
    if verb == "c":
        return flags.padded(rune(value))
    if verb == "q":
        return flags.padded(quoted_rune(value, flags.plus))
    if verb == "U":
        return flags.padded(_code_point(flags, value), zero=False)
    return _number(flags, value, verb)


def _code_point(flags: Flags, value: int) -> str:
    code = value % 2**64
    text = f"U+{code:0{max(4, flags.precision or 0)}X}"
    shown = flags.sharp and code <= 0x10FFFF and rune(code).isprintable()
    return f"{text} '{rune(code)}'" if shown else text


def _number(flags: Flags, value: int, verb: str) -> str:
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
