"""Text of a template to tokens, as Go's text/template/parse splits it."""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple, NoReturn

from dask_helm.errors import Place, TemplateError

LEFT, RIGHT = "{{", "}}"
SPACES = " \t\r\n"

KEYWORDS = frozenset((
    "block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with",
))  # fmt: skip


class Token(NamedTuple):
    """A piece of a template: what it is, how it is written, and the offset where it begins.

    `kind` is text, left, right, space, field, variable, identifier, number, char, string, bool,
    dot, eof, one of KEYWORDS, or the character itself: ``( ) | , = :=``.
    """

    kind: str
    text: str
    offset: int


class Source(NamedTuple):
    """A template's text and the name of its file."""

    name: str
    text: str

    def place(self, offset: int) -> Place:
        """Return line and column of an offset."""
        before = self.text[:offset]
        return Place(self.name, before.count("\n") + 1, offset - before.rfind("\n"))

    def error(self, message: str, offset: int) -> TemplateError:
        """Return an error about the text at an offset."""
        return TemplateError(message, self.place(offset))


# What may follow a word without a space between.
_TERMINATOR = r"(?=[ \t\r\n.,|:()]|\}\}|\Z)"
# A space before -}} belongs to that marker.
_TOKEN = re.compile(
    rf"""
    (?P<right>(?:[ \t\r\n]-)?\}}\}})
  | (?P<space>[ \t\r\n]+(?=[ \t\r\n]-\}}\}})|[ \t\r\n]+)
  | (?P<field>\.(?![0-9])\w+{_TERMINATOR})
  | (?P<variable>\$\w*{_TERMINATOR})
  | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?
        |0[oO][0-7_]*|0[bB][01_]*
        |(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]*)?)(?![\w]))
  | (?P<identifier>\w+{_TERMINATOR})
  | (?P<dot>\.{_TERMINATOR})
  | (?P<string>"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`)
  | (?P<char>'(?:[^'\\\n]|\\[^\n])*')
  | (?P<sign>:=|[=|(),])
    """,
    re.VERBOSE,
)
_FAULTS = {
    '"': "a quoted string has no end in this line",
    "`": "a raw string has no end",
    "'": "a character constant has no end in this line",
    ":": "unexpected ':'; a variable is declared with ':='",
}


def tokens(source: Source) -> Iterator[Token]:
    """Yield the tokens of a template, an eof last; comments are left out.

    Raises TemplateError where the text follows no rule.
    """
    text, end = source.text, len(source.text)
    position, trim = 0, False
    while position < end:
        left = text.find(LEFT, position)
        stop = left if left >= 0 else end
        piece, begin = _plain(text, position, stop, trim)
        if piece:
            yield Token("text", piece, begin)
        if left < 0:
            break
        if text.startswith("/*", _inside(text, left)):
            position, trim = _after_comment(source, left)
        else:
            position = yield from _action(source, left)
            trim = text[position - 3] == "-" and text[position - 4] in SPACES
    yield Token("eof", "", end)


def _plain(text: str, begin: int, stop: int, trim: bool) -> tuple[str, int]:
    """Return the text between two actions, without the space that their markers cut off."""
    piece = text[begin:stop]
    if trim:
        piece = piece.lstrip(SPACES)
        begin = stop - len(piece)
    if _has_left_marker(text, stop):
        piece = piece.rstrip(SPACES)
    return piece, begin


def _has_left_marker(text: str, left: int) -> bool:
    return text[left + 2 : left + 3] == "-" and text[left + 3 : left + 4] in _SPACE_CHARACTERS


_SPACE_CHARACTERS = frozenset(SPACES)


def _inside(text: str, left: int) -> int:
    """Return the offset behind ``{{``, or behind ``{{-`` and one space."""
    return left + (4 if _has_left_marker(text, left) else 2)


def _after_comment(source: Source, left: int) -> tuple[int, bool]:
    text = source.text
    end = text.find("*/", text.index("/*", left) + 2)
    if end < 0:
        raise source.error("a comment has no end; write */}}", left)
    if text.startswith(RIGHT, end + 2):
        return end + 4, False
    if text[end + 2 : end + 3] in _SPACE_CHARACTERS and text.startswith("-}}", end + 3):
        return end + 6, True
    raise source.error("a comment must end with */}} or */ -}}", end)


def _action(source: Source, left: int) -> Generator[Token, None, int]:
    """Yield the tokens of one action; return the offset behind it."""
    text, position, depth = source.text, _inside(source.text, left), 0
    yield Token("left", LEFT, left)
    while found := _TOKEN.match(text, position):
        kind, piece = found.lastgroup or "", found.group()
        if kind == "right":
            if depth:
                raise source.error("a left parenthesis is never closed", left)
            yield Token("right", RIGHT, found.end() - 2)
            return found.end()
        if kind == "identifier":
            kind = "bool" if piece in ("true", "false") else piece if piece in KEYWORDS else kind
        elif kind == "sign":
            kind = piece
            depth += (piece == "(") - (piece == ")")
            if depth < 0:
                raise source.error("a right parenthesis has no left one", position)
        yield Token(kind, piece, position)
        position = found.end()
    return _unreadable(source, position, left)


def _unreadable(source: Source, position: int, left: int) -> NoReturn:
    rest = source.text[position : position + 40]
    if not rest:
        raise source.error("an action has no end; write }}", left)
    excerpt = re.split(r"\s|\}\}", rest, maxsplit=1)[0] or rest[0]
    raise source.error(_FAULTS.get(rest[0]) or f"this cannot be read: {excerpt!r}", position)
