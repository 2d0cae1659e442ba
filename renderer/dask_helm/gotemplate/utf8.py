"""Go's strings are bytes: a byte that is no UTF-8 stands in a Python string as a lone surrogate."""

import re

_BYTE = re.compile("[\ud800-\udfff]")


def encoded(text: str) -> bytes:
    """Return the bytes of a Go string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Surrogates that stand for no byte; no string of Go can hold them.
        return text.encode("utf-8", "replace")


def decoded(data: bytes) -> str:
    """Return the Go string that holds these bytes."""
    return data.decode("utf-8", "surrogateescape")


def length(text: str) -> int:
    """Return the number of bytes of a Go string."""
    return len(text) if text.isascii() else len(encoded(text))


def is_valid(text: str) -> bool:
    """Whether all bytes of the Go string are UTF-8."""
    return text.isascii() or not _BYTE.search(text)


def valid(text: str) -> str:
    """Return the string with U+FFFD for each byte that is no UTF-8, as Go converts it to runes."""
    return text if text.isascii() else "".join(map(_valid, text))


def _valid(character: str) -> str:
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character
