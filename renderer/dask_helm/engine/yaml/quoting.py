"""How Go's yaml writes a text: plainly, in quotes or as a block.

Its emitter is a port of libyaml's, and so are its rules: a text is plain when it can be read back
as that text; else it gets single quotes if it looks like syntax, double quotes if it looks like
another type or contains special characters, and a block if it has several lines.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from yaml import ScalarNode
from yaml.resolver import Resolver

from dask_helm.engine.utf8 import valid
from dask_helm.engine.yaml.scalars import is_text

PLAIN, SINGLE, DOUBLE, BLOCK = "", "'", '"', "|"

_BOM = "\ufeff"
_LONGEST_SIMPLE_KEY = 128

# What is printed as it is: not U+FEFF, and nothing beyond U+FFFF.
_SPECIAL = "[^\t\n\x20-\x7e\xa0-\ufefe\uff00-\ufffd]"
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_SPACE_AND_BREAK = re.compile("[\n\u2028\u2029] | [\n\u2028\u2029]")
_BREAK_AFTER_SPACE = re.compile(" [\n\u2028\u2029]")
_RUN_OF_BLANKS = re.compile("(?<! ) ")
_BREAKS = re.compile("([\u2028\u2029]+)")
_PLAIN = re.compile(
    r"(?!---|\.\.\.)"
    r"(?:[^ #,\[\]{}&*!|>'\"%@`?:\-]|[?:-](?=[^ ]))"
    r"(?:[^ :]|:(?=[^ ])| (?!#|\Z))*"
)
_ESCAPED_ASCII = re.compile(r'["\\]|[^ -~]')
_ESCAPED = '["\\\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]'
# What readers refuse or take for a line break; Go's reader loses some of it in blocks.
_FRAGILE = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SHORT_ESCAPES = dict(
    zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029', '0abtnvfre"\\N_LP', strict=True)
)


class Written(NamedTuple):
    """A text in its style; `text` is its one line if it needs no folding.

    `text` is None for a block and for a text with Unicode line breaks in single quotes.
    """

    style: str
    text: str | None


def written(text: str, tabs_in_blocks: bool) -> Written:
    """Return how the text is written as a value; only yaml.v3 allows tabs in blocks."""
    style = _style(text, tabs_in_blocks)
    one_line = style in (PLAIN, DOUBLE) or (style == SINGLE and not _BREAK.search(text))
    return Written(style, f"{style}{_RENDER[style](text)}{style}" if one_line else None)


def written_exactly(text: str) -> Written:
    """Return how the text is written as a value that every reader of YAML reads as that text.

    Half a surrogate pair, which no reader takes, becomes U+FFFD.
    """
    text = valid(text)
    found = written(text, False)
    is_fragile = "\x7f" in text if text.isascii() else _FRAGILE.search(text) is not None
    if found.style == PLAIN and not is_fragile:
        # Other readers than Go's take some plain words for more than text.
        tag = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        is_fragile = tag != _TEXT
    return Written(DOUBLE, f'"{_RENDER[DOUBLE](text)}"') if is_fragile else found


def written_key(text: str) -> str | None:
    """Return the key as it stands before its colon, None if it takes lines of its own."""
    return None if _takes_lines(text, "surrogatepass") else written(text, False).text


def written_key_exactly(text: str) -> str | None:
    """Return the key as it stands before its colon, None if it takes lines of its own."""
    return None if _takes_lines(text, "replace") else written_exactly(text).text


def block(text: str, margin: str) -> str:
    """Return the text as a literal block, from its ``|`` to the end of its last line."""
    # Other characters that Python splits at are special, so no block has them.
    lines = text.splitlines(keepends=True)
    lines = [line if line[0] in "\n\u2028\u2029" else margin + line for line in lines]
    indent = "2" if text[0] == " " or _BREAK.match(text) else ""
    if not _BREAK.match(text[-1]):
        return f"|{indent}-\n{''.join(lines)}\n"
    chomping = "+" if len(text) == 1 or _BREAK.match(text[-2]) else ""
    return f"|{indent}{chomping}\n{''.join(lines)}"


def _takes_lines(text: str, surrogates: str) -> bool:
    """Whether a key is too long for one line; `surrogates` is how to encode them."""
    return len(text.encode("utf-8", surrogates)) > _LONGEST_SIMPLE_KEY or bool(_BREAK.search(text))


def _style(text: str, tabs_in_blocks: bool) -> str:
    if "\n" in text:
        special = _is_special(text.replace("\t", "") if tabs_in_blocks else text)
        lossy = special or text.endswith(" ") or _BREAK_AFTER_SPACE.search(text)
        return DOUBLE if lossy else BLOCK
    if not is_text(text) or _is_special(text):
        return DOUBLE
    if _PLAIN.fullmatch(text) and not _BREAK.search(text):
        return PLAIN
    return DOUBLE if _SPACE_AND_BREAK.search(text) else SINGLE


def _is_special(text: str) -> bool:
    if text.isascii():
        return not text.replace("\n", "").isprintable()
    return "\t" in text or _compiled(_SPECIAL).search(text) is not None


# Compiling large sets of characters is slow, and most texts do not need them.
_compiled = cache(re.compile)


def _double(text: str) -> str:
    # libyaml looks for a byte order mark at the text's beginning whenever it looks at a character.
    if text.startswith(_BOM):
        return re.sub("(?s).", _escape, text)
    return (_ESCAPED_ASCII if text.isascii() else _compiled(_ESCAPED)).sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT_ESCAPES:
        return "\\" + _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def folded(style: str, text: str, width: float, column: int, margin: str) -> str:
    """Return the text in that style from its column on, with `margin` before further lines."""
    enclosed = style + _RENDER[style](text) + style
    lines = _BREAKS.split(enclosed) if style == SINGLE else [enclosed]
    folding = _Folding(style, width, margin)
    return "".join(folding.lines(lines, column))


class _Folding:
    def __init__(self, style: str, width: float, margin: str) -> None:
        self._style, self._width, self._margin = style, width, margin
        self._quote = len(style)

    def lines(self, parts: list[str], column: int) -> Iterator[str]:
        """Yield the parts, of which every second one is line breaks that stay what they are."""
        yield from self._part(parts[0], column)
        for at in range(1, len(parts), 2):
            line = parts[at + 1]
            yield parts[at] + (self._margin if line != self._style else "")
            yield from self._part(line, len(self._margin))

    def _part(self, part: str, column: int) -> Iterator[str]:
        start, at = 0, self._behind(0, column)
        while blanks := _RUN_OF_BLANKS.search(part, at):
            at = blanks.start()
            inner = self._quote < at < len(part) - 1 - self._quote
            # Only one blank can be a line break, but in double quotes a backslash saves the rest.
            if inner and (self._style == DOUBLE or part[at + 1] != " "):
                escape = "\\" if part[at + 1] == " " else ""
                yield f"{part[start:at]}\n{self._margin}{escape}"
                start, at = at + 1, self._behind(at, len(self._margin + escape))
            at += 1
        yield part[start:]

    def _behind(self, start: int, column: int) -> int:
        """Return the first index behind the width, where `start` is in that column."""
        return start + max(0, int(min(self._width, 1e9)) - column + 1)


_RENDER: dict[str, Callable[[str], str]] = {
    PLAIN: str,
    SINGLE: lambda text: text.replace("'", "''"),
    DOUBLE: _double,
    BLOCK: str,
}
_RESOLVER = Resolver()
_TEXT = "tag:yaml.org,2002:str"
