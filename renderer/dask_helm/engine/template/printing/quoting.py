"""Strings and characters as Go writes them in its source: fmt's %q."""

from dask_helm.engine.utf8 import encoded, is_valid

_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_REPLACEMENT = "\ufffd"


def quoted(text: str, ascii_only: bool = False) -> str:
    """Return the string in double quotes, with escapes."""
    if text.isprintable() and not ascii_only and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return _escaped(text, '"', ascii_only)


def quoted_rune(code: int, ascii_only: bool = False) -> str:
    """Return the character of a code point in single quotes."""
    return _escaped(rune(code), "'", ascii_only)


def rune(code: int) -> str:
    """Return the character of a code point; U+FFFD if there is none."""
    is_surrogate = 0xD800 <= code <= 0xDFFF
    return chr(code) if 0 <= code <= 0x10FFFF and not is_surrogate else _REPLACEMENT


def backquoted(text: str) -> str | None:
    """Return the string in back quotes; None where Go does not write it so."""
    banned = any(c in "`\x7f\ufeff" or (c < " " and c != "\t") for c in text)
    return None if banned or not is_valid(text) else f"`{text}`"


def _escaped(text: str, quote: str, ascii_only: bool) -> str:
    body = "".join(_escaped_character(c, quote, ascii_only) for c in text)
    return f"{quote}{body}{quote}"


def _escaped_character(character: str, quote: str, ascii_only: bool) -> str:
    if character in (quote, "\\"):
        return "\\" + character
    if character.isprintable() and (character.isascii() or not ascii_only):
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if not is_valid(character):
        return "".join(f"\\x{byte:02x}" for byte in encoded(character))
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
