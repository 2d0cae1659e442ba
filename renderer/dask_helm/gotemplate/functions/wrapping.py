"""Long strings: shortened or in lines."""

from dask_helm.gotemplate.functions.limits import check_text
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.utf8 import decoded, encoded

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
