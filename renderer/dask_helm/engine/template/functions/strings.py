"""Strings of sprig. Lengths and positions count bytes, as they do in Go."""

from typing import Any

from dask_helm.engine.template.functions.table import check_elements, check_text, function
from dask_helm.engine.template.printing.plain import plain
from dask_helm.engine.template.printing.quoting import quoted
from dask_helm.engine.types import Bytes, FunctionError, StringList, StringMap
from dask_helm.engine.utf8 import SPACE, decoded, encoded

# Bytes that are not UTF-8, which Go reads as U+FFFD.
_BYTES = "".join(map(chr, range(0xDC80, 0xDD00)))


def strval(value: Any) -> str:
    """Return the value as text, as sprig does: bytes are a text, nil is ``<nil>``."""
    if type(value) is str:
        return value
    return decoded(bytes(value)) if isinstance(value, Bytes) else plain(value)


def sliced(text: str, start: int, end: int) -> str:
    """Return some bytes of the text; they can begin and end inside a character."""
    return text[start:end] if text.isascii() else decoded(encoded(text)[start:end])


@function("trim")
def trim(text: str) -> str:
    """Return the text without space around it."""
    return text.strip(SPACE)


@function("trimAll", "trimall")
def trim_all(characters: str, text: str) -> str:
    """Return the text without any of these characters around it."""
    return text.strip(characters + _BYTES if "\ufffd" in characters else characters)


@function("trimSuffix")
def trim_suffix(suffix: str, text: str) -> str:
    """Return the text without this end."""
    return text.removesuffix(suffix)


@function("trimPrefix")
def trim_prefix(prefix: str, text: str) -> str:
    """Return the text without this beginning."""
    return text.removeprefix(prefix)


@function("contains")
def contains(part: str, text: str) -> bool:
    """Whether the part occurs in the text."""
    return part in text


@function("hasPrefix")
def has_prefix(prefix: str, text: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(prefix)


@function("hasSuffix")
def has_suffix(suffix: str, text: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(suffix)


@function("replace")
def replace(old: str, new: str, text: str) -> str:
    """Return the text with each `old` replaced."""
    if len(new) > len(old):
        check_text(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@function("repeat")
def repeat(count: int, text: str) -> str:
    """Return the text that many times."""
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    check_text(count * len(text))
    return text * count


@function("indent")
def indent(spaces: int, text: str) -> str:
    """Return the text with spaces before each line."""
    return _indented("", spaces, text)


@function("nindent")
def nindent(spaces: int, text: str) -> str:
    """Return the text with spaces before each line, and a newline first."""
    return _indented("\n", spaces, text)


def _indented(first: str, spaces: int, text: str) -> str:
    if spaces < 0:
        raise FunctionError("strings: negative Repeat count")
    if spaces > 100:
        check_text((text.count("\n") + 1) * spaces + len(text))
    pad = " " * spaces
    return first + pad + text.replace("\n", "\n" + pad)


@function("trunc")
def trunc(length: int, text: str) -> str:
    """Return the first bytes of the text, or the last ones for a negative length."""
    if length >= 0:
        return sliced(text, 0, length)
    size = len(encoded(text))
    return sliced(text, size + length, size) if size + length > 0 else text


@function("substr")
def substr(start: int, end: int, text: str) -> str:
    """Return the bytes from start to before end; a negative one means from, or to, the very end."""
    size = len(encoded(text))
    first = max(start, 0)
    last = size if start >= 0 and (end < 0 or end > size) else end
    if not first <= last <= size:
        raise FunctionError(f"runtime error: slice bounds out of range [{first}:{last}]")
    return sliced(text, first, last)


@function("quote")
def quote(*values: Any) -> str:
    """Return the values in double quotes, but nil."""
    if len(values) == 1 and type(values[0]) is str:
        return quoted(values[0])
    return " ".join([quoted(strval(value)) for value in values if value is not None])


@function("squote")
def squote(*values: Any) -> str:
    """Return the values in single quotes, but nil."""
    return " ".join([f"'{plain(value)}'" for value in values if value is not None])


@function("cat")
def cat(*values: Any) -> str:
    """Return the values with spaces between them, but nil."""
    return " ".join([plain(value) for value in values if value is not None])


@function("toString")
def to_string(value: Any) -> str:
    """Return the value as text; nil is ``<nil>``."""
    return strval(value)


@function("plural")
def plural(one: str, many: str, count: int) -> str:
    """Return the first text for 1, else the second."""
    return one if count == 1 else many


@function("hello")
def hello() -> str:
    """Return a greeting."""
    return "Hello!"


def _split(separator: str, text: str, most: int = -1) -> list[str]:
    """Return the parts, at most so many; an empty separator splits into characters."""
    if most == 0:
        return []
    check_elements(text.count(separator))
    if separator:
        return text.split(separator, most - 1 if most > 0 else -1)
    parts = list(text)
    return parts if most < 0 or len(parts) <= most else [*parts[: most - 1], text[most - 1 :]]


@function("split")
def split(separator: str, text: str) -> StringMap:
    """Return a dict of the parts, under ``_0``, ``_1`` and so on."""
    return _numbered(_split(separator, text))


@function("splitn")
def splitn(separator: str, most: int, text: str) -> StringMap:
    """Return a dict of the parts, at most so many, under ``_0``, ``_1`` and so on."""
    return _numbered(_split(separator, text, most))


def _numbered(parts: list[str]) -> StringMap:
    return StringMap((f"_{i}", part) for i, part in enumerate(parts))


@function("splitList")
def split_list(separator: str, text: str) -> StringList:
    """Return a list of the parts."""
    return StringList(_split(separator, text))


_DOTS = b"..."


@function("abbrev")
def abbrev(width: int, text: str) -> str:
    """Return the beginning of the text and dots, together not longer than the width."""
    return decoded(_abbreviated(encoded(text), 0, width)) if width >= 4 else text


@function("abbrevboth")
def abbrev_both(left: int, right: int, text: str) -> str:
    """Return dots, text from the offset `left` and dots, together not longer than `right`."""
    if right < 4 or (left > 0 and right < 7):
        return text
    return decoded(_abbreviated(encoded(text), left, right))


def _abbreviated(text: bytes, offset: int, width: int) -> bytes:
    if len(text) <= width:
        return text
    shown = width - len(_DOTS)
    offset = min(offset, len(text) - shown)
    if offset <= 4:
        return text[:shown] + _DOTS
    if offset + shown >= len(text):
        return _DOTS + text[len(text) - shown :]
    return _DOTS + _abbreviated(text[offset:], 0, shown)


@function("wrap")
def wrap(width: int, text: str) -> str:
    """Return the text in lines; a word that is longer than the width stays whole."""
    return _wrapped(text, width, "\n", breaks_words=False)


@function("wrapWith")
def wrap_with(width: int, newline: str, text: str) -> str:
    """Return the text with `newline` between lines; a word longer than the width is broken."""
    return _wrapped(text, width, newline or "\n", breaks_words=True)


def _wrapped(text: str, width: int, newline: str, breaks_words: bool) -> str:
    data, width = encoded(text), max(width, 1)
    check_text(len(data) + len(data) // width * len(newline))
    lines, at = [], 0
    while len(data) - at > width:
        if data[at : at + 1] == b" ":
            at += 1
            continue
        end, after = _line_end(data, at, width, breaks_words)
        if end == len(data):
            break
        lines.append(data[at:end])
        at = after
    return decoded(encoded(newline).join([*lines, data[at:]]))


def _line_end(data: bytes, at: int, width: int, breaks_words: bool) -> tuple[int, int]:
    """Return where a line ends and where the next one begins."""
    space = data.rfind(b" ", at, at + width + 1)
    if space >= 0:
        return space, space + 1
    if breaks_words:
        return at + width, at + width
    space = data.find(b" ", at + width)
    return (space, space + 1) if space >= 0 else (len(data), len(data))
