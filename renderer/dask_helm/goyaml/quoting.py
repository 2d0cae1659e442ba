"""How Go's yaml writes a text: plainly, in quotes or as a block.

Its emitter is a port of libyaml's, and so are its rules: a text is plain when it can be read back
as that text; else it gets single quotes if it looks like syntax, double quotes if it looks like
another type or holds what cannot stand in a file, and a block if it has several lines.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from yaml import ScalarNode
from yaml.resolver import Resolver

from dask_helm.goyaml.scalars import is_text
from dask_helm.goyaml.surrogates import whole_characters

PLAIN, SINGLE, DOUBLE, BLOCK = "", "'", '"', "|"
_BOM = "\ufeff"
_LONGEST_SIMPLE_KEY = 128
CACHED_LENGTH = 200

# What is printed as it is: not U+FEFF, and nothing beyond U+FFFF.
_SPECIAL = "[^\t\n\x20-\x7e\xa0-\ufefe\uff00-\ufffd]"
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_SPACE_AND_BREAK = re.compile("[\n\u2028\u2029] | [\n\u2028\u2029]")
_BREAK_AFTER_SPACE = re.compile(" [\n\u2028\u2029]")
_LINES = re.compile("([^\n\u2028\u2029]*)([\n\u2028\u2029]|$(?!\n))")
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
    """A text in its style; `text` is what stands on one line if nothing is folded.

    A text with line breaks of Unicode in single quotes has no such line, and neither has a block.
    """

    style: str
    text: str | None


def written(text: str, tabs_in_blocks: bool) -> Written:
    """Return how the text is written as a value; only yaml.v3 allows tabs in blocks."""
    write = _cached if len(text) <= CACHED_LENGTH else _written
    return write(text, tabs_in_blocks)


def written_key(text: str) -> str | None:
    """Return the key as it stands before its colon, None if it takes lines of its own."""
    return (_cached_key if len(text) <= CACHED_LENGTH else _written_key)(text)


def written_exactly(text: str) -> Written:
    """Return how the text is written as a value that every reader of YAML reads as that text.

    Half a surrogate pair, which no reader takes, becomes U+FFFD.
    """
    return (_cached_exact if len(text) <= CACHED_LENGTH else _written_exactly)(text)


def written_key_exactly(text: str) -> str | None:
    """Return the key as it stands before its colon, None if it takes lines of its own."""
    return (_cached_exact_key if len(text) <= CACHED_LENGTH else _written_key_exactly)(text)


def _written_key_exactly(text: str) -> str | None:
    if len(text.encode("utf-8", "replace")) > _LONGEST_SIMPLE_KEY or _BREAK.search(text):
        return None
    return written_exactly(text).text


def block(text: str, margin: str) -> str:
    """Return the text as a literal block, from its ``|`` to the end of its last line."""
    lines = (margin + line + end if line else end for line, end in _LINES.findall(text))
    body = "".join(lines)
    return f"|{_indent_hint(text)}{_chomping(text)}\n{body}" + "\n" * (not _BREAK.match(text[-1]))


def render(style: str, text: str) -> str:
    """Return the text on one line in that style, without what encloses it."""
    return _RENDER[style](text)


def double(text: str) -> Callable[[str], str]:
    """Return what escapes a part of the text in double quotes."""
    # libyaml looks for a byte order mark at the text's beginning whenever it looks at a character.
    return _all_escaped if text.startswith(_BOM) else _escaped


def _indent_hint(text: str) -> str:
    return "2" if text[0] == " " or _BREAK.match(text) else ""


def _chomping(text: str) -> str:
    if not _BREAK.match(text[-1]):
        return "-"
    return "+" if len(text) == 1 or _BREAK.match(text[-2]) else ""


def _written(text: str, tabs_in_blocks: bool) -> Written:
    style = _style(text, tabs_in_blocks)
    one_line = style in (PLAIN, DOUBLE) or (style == SINGLE and not _BREAK.search(text))
    return Written(style, f"{style}{_RENDER[style](text)}{style}" if one_line else None)


def _written_exactly(text: str) -> Written:
    text = whole_characters(text)
    found = _written(text, tabs_in_blocks=False)
    if _FRAGILE.search(text) or (found.style == PLAIN and _means_more(text)):
        return Written(DOUBLE, f'"{_RENDER[DOUBLE](text)}"')
    return found


def _means_more(text: str) -> bool:
    """Tell whether a reader that is not Go's takes the plain word for anything but text."""
    return bool(_RESOLVER.resolve(ScalarNode, text, (True, False)) != _TEXT)  # type: ignore[no-untyped-call]


def _written_key(text: str) -> str | None:
    if len(text.encode("utf-8", "surrogatepass")) > _LONGEST_SIMPLE_KEY or _BREAK.search(text):
        return None
    return _written(text, tabs_in_blocks=False).text


def _style(text: str, tabs_in_blocks: bool) -> str:
    if "\n" in text:
        return BLOCK if _can_be_block(text, tabs_in_blocks) else DOUBLE
    if not is_text(text) or _is_special(text):
        return DOUBLE
    if _PLAIN.fullmatch(text) and not _BREAK.search(text):
        return PLAIN
    return DOUBLE if _SPACE_AND_BREAK.search(text) else SINGLE


def _is_special(text: str) -> bool:
    if text.isascii():
        return not text.replace("\n", "").isprintable()
    return "\t" in text or _compiled(_SPECIAL).search(text) is not None


# So large sets of characters take Python long to compile, and most texts need none of them.
_compiled = cache(re.compile)


def _can_be_block(text: str, tabs_in_blocks: bool) -> bool:
    special = _is_special(text.replace("\t", "") if tabs_in_blocks else text)
    return not (special or text.endswith(" ") or _BREAK_AFTER_SPACE.search(text))


def _single(text: str) -> str:
    return text.replace("'", "''")


def _escaped(text: str) -> str:
    return (_ESCAPED_ASCII if text.isascii() else _compiled(_ESCAPED)).sub(_escape, text)


def _all_escaped(text: str) -> str:
    return re.sub("(?s).", _escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT_ESCAPES:
        return "\\" + _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


_RENDER: dict[str, Callable[[str], str]] = {
    PLAIN: str,
    SINGLE: _single,
    DOUBLE: lambda text: double(text)(text),
    BLOCK: str,
}
_RESOLVER = Resolver()
_TEXT = "tag:yaml.org,2002:str"
_cached_exact = lru_cache(maxsize=16384)(_written_exactly)
_cached = lru_cache(maxsize=16384)(_written)
_cached_key = lru_cache(maxsize=16384)(_written_key)
_cached_exact_key = lru_cache(maxsize=16384)(_written_key_exactly)
