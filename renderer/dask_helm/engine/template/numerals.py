"""Numbers and quoted strings as Go writes them in its source."""

import math
import re

from dask_helm.engine.utf8 import decoded, encoded

_BASES = {"x": 16, "o": 8, "b": 2}
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))",
    re.DOTALL,
)
_POINT = re.compile("[.eEpP]")
_UNDERSCORES = re.compile(r"(0[xXoObB])?_?[0-9a-fA-F]+(_[0-9a-fA-F]+)*")

_MISPLACED = re.compile("(?<![0-9])_|_(?![0-9])")
_MISPLACED_IN_HEXADECIMAL = re.compile("(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])")


def number(text: str) -> tuple[int | None, float | None]:
    """Return a numeral as integer and as float; None for what it is not, both None for nonsense."""
    integer = _integer(text)
    if integer is not None:
        return (integer, float(integer)) if -(2**63) <= integer < 2**63 else (None, None)
    real = _real(text) if _POINT.search(text) else None
    whole = real is not None and real.is_integer() and abs(real) < 2**63
    return (int(real) if whole and real is not None else None), real


def _integer(text: str) -> int | None:
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    if "_" in digits and not _UNDERSCORES.fullmatch(digits):
        return None
    base = _BASES.get(digits[1:2].lower()) if digits[:1] == "0" else 10
    try:
        return sign * (int(digits, base) if base else int(digits.replace("_", ""), 8))
    except ValueError:
        return None


def _real(text: str) -> float | None:
    misplaced = _MISPLACED_IN_HEXADECIMAL if "x" in text.lower() else _MISPLACED
    if misplaced.search(text):
        return None
    try:
        digits = text.replace("_", "")
        real = float.fromhex(digits) if "p" in text.lower() else float(digits)
        return None if math.isinf(real) else real
    except (ValueError, OverflowError):
        return None


def unquote(text: str) -> str:
    """Return the value of a quoted or raw string or of a character constant.

    Raises ValueError for an escape that Go does not know.
    """
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    if "\\" not in text:
        return text[1:-1]
    # \x and octal escapes are bytes, of which several may make one character.
    return decoded(encoded(_unescaped(text)))


def character(text: str) -> int | None:
    """Return the number of a character constant, None for what is not just one character.

    Raises ValueError for an escape that Go does not know.
    """
    unescaped = _unescaped(text)
    if len(unescaped) != 1:
        return None
    code = ord(unescaped)
    return code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code


def _unescaped(text: str) -> str:
    """Return the text between the quotes, with a lone surrogate for each escaped byte."""
    other_quote = "'" if text[0] == '"' else '"'

    def unescaped(match: re.Match[str]) -> str:
        if match[1] == other_quote:
            raise ValueError(f"{other_quote} between {text[0]} has no backslash before it")
        return _character(match)

    return _ESCAPE.sub(unescaped, text[1:-1])


def _character(match: re.Match[str]) -> str:
    simple, byte, short, long, octal, _ = match.groups()
    if simple:
        return _ESCAPES.get(simple, simple)
    if byte or octal:
        value = int(byte, 16) if byte else int(octal, 8)
        if value > 255:
            raise ValueError("an octal escape is larger than 255")
        return decoded(bytes([value]))
    if not (short or long):
        raise ValueError(f"unknown escape {match.group()!r} in a string")
    code = int(short or long, 16)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"{match.group()} is half of a character")
    return chr(code)
