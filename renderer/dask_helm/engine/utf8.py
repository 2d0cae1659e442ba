"""Go's strings, which are bytes: a byte that is not UTF-8 is a lone surrogate in Python."""

import re

# Go's spaces; Python counts the separators U+001C to U+001F, too.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# A byte that is not UTF-8.
BYTE = re.compile("[\ud800-\udfff]")


def encoded(text: str) -> bytes:
    """Return the bytes of a Go string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Surrogates that are not bytes; no string of Go has them.
        return text.encode("utf-8", "replace")


def decoded(data: bytes) -> str:
    """Return the Go string that holds these bytes."""
    return data.decode("utf-8", "surrogateescape")


def length(text: str) -> int:
    """Return the number of bytes of a Go string."""
    return len(text) if text.isascii() else len(encoded(text))


def is_valid(text: str) -> bool:
    """Whether all bytes of the Go string are UTF-8."""
    return text.isascii() or not BYTE.search(text)


def valid(text: str) -> str:
    """Return the string with U+FFFD for each byte that is not UTF-8, as Go converts it to runes."""
    return text if text.isascii() else BYTE.sub("\ufffd", text)
