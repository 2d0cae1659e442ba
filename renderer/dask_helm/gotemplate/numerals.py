"""Numbers and quoted strings as Go writes them in its source."""

import re

_BASES = {"x": 16, "o": 8, "b": 2}
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))",
    re.DOTALL,
)
_POINT = re.compile("[.eEpP]")
_UNDERSCORES = re.compile(r"(0[xXoObB])?_?[0-9a-fA-F]+(_[0-9a-fA-F]+)*")


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
    if "_" in text and "x" not in text.lower():
        return None
    try:
        return float.fromhex(text.replace("_", "")) if "p" in text.lower() else float(text)
    except (ValueError, OverflowError):
        return None


def unquote(text: str) -> str:
    """Return what a quoted or raw string, or a character constant, stands for.

    Raises ValueError for an escape that Go does not know.
    """
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    if "\\" not in text:
        return text[1:-1]
    # \x and octal escapes are bytes, of which several may make one character.
    return (
        _ESCAPE.sub(_unescaped, text[1:-1])
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "replace")
    )


def _unescaped(match: re.Match[str]) -> str:
    simple, byte, short, long, octal, _ = match.groups()
    if simple:
        return _ESCAPES.get(simple, simple)
    if byte or octal:
        return _byte(int(byte, 16) if byte else int(octal, 8))
    if not (short or long):
        raise ValueError(f"unknown escape {match.group()!r} in a string")
    return chr(int(short or long, 16))


def _byte(value: int) -> str:
    if value > 255:
        raise ValueError("an octal escape is larger than 255")
    return chr(value) if value < 128 else chr(0xDC00 + value)
