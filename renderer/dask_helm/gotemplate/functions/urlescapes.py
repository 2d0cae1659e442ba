"""Percent escapes in the parts of a URL; each part is the set of bytes that need no escape."""

import re
import string

from dask_helm.gotemplate.printing.quoting import quoted
from dask_helm.gotemplate.types import FunctionError
from dask_helm.gotemplate.utf8 import decoded, encoded

Bytes = frozenset[int]

_UNRESERVED = string.ascii_letters + string.digits + "-._~"


def _bytes(punctuation: str) -> Bytes:
    return frozenset((_UNRESERVED + punctuation).encode())


PATH = _bytes("$&+,/:;=@")
USER = _bytes("$&+,;=")
FRAGMENT = _bytes("!$&()*+,/:;=?@")
HOST = _bytes("!\"$&'()*+,:;<=>[]")
# The zone of an IPv6 address has the host's bytes, but its own rule for escapes.
ZONE = HOST | frozenset({ord("\0")})

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")


def escaped(text: str, unescaped_bytes: Bytes) -> str:
    """Return the text with escapes for all other bytes."""
    data = encoded(text)
    return "".join(chr(b) if b in unescaped_bytes else f"%{b:02X}" for b in data)


def unescaped(text: str, part: Bytes) -> str:
    """Return the text without escapes; raises FunctionError for one that is not allowed there."""
    is_host = part in (HOST, ZONE)
    if is_host:
        _check_host(text, part)
    data = _ESCAPE.sub(lambda match: _plain(match, text), text) if "%" in text else text
    return decoded(encoded(data))


def _plain(match: re.Match[str], text: str) -> str:
    if match[1] is None:
        raise _wrong(text[match.start() : match.start() + 3])
    byte = int(match[1], 16)
    return chr(byte) if byte < 128 else chr(0xDC00 + byte)


def _check_host(text: str, part: Bytes) -> None:
    for character in _ESCAPE.sub("", text):
        if character < "\x80" and ord(character) not in part:
            raise FunctionError(f"invalid character {quoted(character)} in host name")
    for match in _ESCAPE.finditer(text):
        if match[1] and match[0] != "%25" and not _allowed(int(match[1], 16), part):
            raise _wrong(match[0])


def _allowed(byte: int, part: Bytes) -> bool:
    """Whether the byte may be written as an escape in a host or a zone."""
    return byte in HOST or byte == ord(" ") if part is ZONE else byte >= 128


def _wrong(escape: str) -> FunctionError:
    return FunctionError(f"invalid URL escape {quoted(escape)}")
