"""base64, base32 and sums of bytes. A text that cannot be decoded gives the error as its result."""

import re
from binascii import a2b_base64, b2a_base64

from dask_helm.engine.template.functions.table import function
from dask_helm.engine.utf8 import decoded, encoded

_PADDING, _LINE_ENDS = ord("="), b"\r\n"
_BASE64_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE64 = rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?"
_BASE32_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE32_GROUPS = rb"(?:[A-Z2-7]{8})*"
_BASE32_LENGTHS = (2, 4, 5, 7)


@function("b64enc")
def b64enc(text: str) -> str:
    """Return the bytes of the text in base64."""
    return b2a_base64(encoded(text), newline=False).decode()


@function("b64dec")
def b64dec(text: str) -> str:
    """Return the text of base64."""
    data = encoded(text)
    wrong = None if re.fullmatch(_BASE64, data) else _wrong_base64(data)
    if wrong is not None:
        return f"illegal base64 data at input byte {wrong}"
    return decoded(a2b_base64(data))


def _wrong_base64(data: bytes) -> int | None:
    """Return the byte at which Go finds an error; line ends are allowed."""
    count = 0
    for at, byte in enumerate(data):
        if byte == _PADDING and count % 4 > 1:
            return _wrong_end(data, at + 1, equals_missing=3 - count % 4)
        if byte in _LINE_ENDS:
            continue
        if byte not in _BASE64_DIGITS:
            return at
        count += 1
    return len(data) - count % 4 if count % 4 else None


def _wrong_end(data: bytes, at: int, equals_missing: int) -> int | None:
    """Look at what follows the first ``=``."""
    at = _after_line_ends(data, at)
    if equals_missing:
        if at == len(data):
            return at
        if data[at] != _PADDING:
            return at - 1
        at = _after_line_ends(data, at + 1)
    return at if at < len(data) else None


def _after_line_ends(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _LINE_ENDS:
        at += 1
    return at


@function("b32enc")
def b32enc(text: str) -> str:
    """Return the bytes of the text in base32."""
    from base64 import b32encode

    return b32encode(encoded(text)).decode()


@function("b32dec")
def b32dec(text: str) -> str:
    """Return the text of base32."""
    from base64 import b32decode

    data = encoded(text).translate(None, _LINE_ENDS)
    wrong = _wrong_base32(data)
    if wrong is not None:
        return f"illegal base32 data at input byte {wrong}"
    digits = data.partition(b"=")[0]
    return decoded(b32decode(digits + b"=" * (-len(digits) % 8)))


def _wrong_base32(data: bytes) -> int | None:
    """Return the byte at which Go finds an error."""
    match = re.match(_BASE32_GROUPS, data)
    at = match.end() if match else 0
    group = data[at:]
    good = len(group) - len(group.lstrip(_BASE32_DIGITS))
    if not group:
        return None
    if good == len(group):
        return at
    return _wrong_padding(data, at, good)


def _wrong_padding(data: bytes, at: int, good: int) -> int | None:
    """Check the first byte that is not base32: padding is valid only at the end."""
    rest = data[at + good + 1 :]
    if data[at + good : at + good + 1] != b"=" or good < 2 or len(rest) >= 8:
        return at + good
    if len(rest) + good < 7:
        return len(data)
    wanted = 7 - good
    for i, byte in enumerate(rest[:wanted]):
        if byte != ord("="):
            return at + good + i
    return None if good in _BASE32_LENGTHS else at + good


def _sum(name: str, text: str) -> str:
    import hashlib

    return hashlib.new(name, encoded(text), usedforsecurity=False).hexdigest()


@function("sha1sum")
def sha1sum(text: str) -> str:
    """Return the SHA-1 of the text in hexadecimal digits."""
    return _sum("sha1", text)


@function("sha256sum")
def sha256sum(text: str) -> str:
    """Return the SHA-256 of the text in hexadecimal digits."""
    return _sum("sha256", text)


@function("sha512sum")
def sha512sum(text: str) -> str:
    """Return the SHA-512 of the text in hexadecimal digits."""
    return _sum("sha512", text)


@function("adler32sum")
def adler32sum(text: str) -> str:
    """Return the Adler-32 of the text in decimal digits."""
    from zlib import adler32

    return str(adler32(encoded(text)))
