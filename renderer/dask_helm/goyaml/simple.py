"""Reads the YAML that templates print nearly always, a line at a time.

A line is a key, a key and a value, or an item of a list; values are words, texts in quotes without
escapes, literal blocks, ``{}`` and ``[]``. Everything else is left to the parser. This module only
saves its events, of which each costs more than a whole line here; both read the same.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from dask_helm.goyaml import scalars

NOT_SIMPLE = object()

_STRANGE = re.compile("[^\n\x20-\x7e\xa1-\u1fff]")
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"
# A blank or a colon within a word is followed by more of it, and a blank by no comment.
_WORD = r"(?:[A-Za-z0-9_/$(]|--?[A-Za-z0-9])(?:[^ :]|:(?=[^ ])| (?=[^ #]))*"
_LINE = re.compile(
    r"((?:- )*)"
    rf"(?:([A-Za-z0-9_][A-Za-z0-9_./-]*|{_QUOTED}):(?= |\Z) *)?"
    rf"({_WORD}|{_QUOTED}|\{{\}}|\[\]|[|][+-]?)?"
)
_LONGEST_LINE = 1000
_CACHED_LINES = 8192
_DEEPEST = 100

Plain: TypeAlias = Callable[[str], Any]
# A column with a key and its value, with a dash, or with an item after the dash.
Token: TypeAlias = tuple[int, Any, Any]
_DASH, _ITEM, _BELOW = object(), object(), object()
_END: Token = (-1, None, None)
_QUOTES = "\"'"


class _Special(NamedTuple):
    """A value that is made anew each time: an empty map or list, or a block with this header."""

    text: str


class _OtherError(Exception):
    """The text is not simple."""


def read(text: str, plain: Plain) -> Any:
    """Return the map or list that the text is, or NOT_SIMPLE; `plain` tells what a word means."""
    if _STRANGE.search(text):
        return NOT_SIMPLE
    try:
        return _Nodes(_Lines(text, plain).tokens()).root()
    except (_OtherError, scalars.RefusedError):
        return NOT_SIMPLE


def _line(text: str, plain: Plain) -> tuple[int, Any, Any]:
    """Return of a line without its margin: how long its dashes are, its key and its value."""
    found = _LINE.fullmatch(text) if len(text) <= _LONGEST_LINE else None
    if found is None:
        raise _OtherError
    dashes, key, value = found.groups()
    if key is None and not (dashes and value):
        raise _OtherError
    return len(dashes), _ITEM if key is None else _key(key), _value(value, plain)


# Most lines stand in every cluster, and many several times in one.
_cached = lru_cache(maxsize=_CACHED_LINES)(_line)


def _key(text: str) -> str:
    return text[1:-1] if text[0] in _QUOTES else scalars.key(text)


def _value(text: str | None, plain: Plain) -> Any:
    if not text:
        return _BELOW
    if text[0] in "{[|":
        return _Special(text)
    return text[1:-1] if text[0] in _QUOTES else plain(text)


class _Lines:
    """Splits a text into tokens."""

    def __init__(self, text: str, plain: Plain) -> None:
        self._lines = text.split("\n")
        self._plain = plain
        self._next = 0

    def tokens(self) -> list[Token]:
        """Return the tokens of all lines, and one for their end."""
        tokens: list[Token] = []
        lines, count, plain = self._lines, len(self._lines), self._plain
        while self._next < count:
            line = lines[self._next]
            self._next += 1
            if content := line.lstrip(" "):
                dashes, key, value = _cached(content, plain)
                column = len(line) - len(content)
                if dashes:
                    tokens += [(at, _DASH, None) for at in range(column, column + dashes, 2)]
                    column += dashes
                if type(value) is _Special:
                    value = self._made(value.text, column - 2 if key is _ITEM else column)
                tokens.append((column, key, value))
        tokens.append(_END)
        return tokens

    def _made(self, text: str, column: int) -> Any:
        if text[0] == "|":
            return self._block(text, column)
        return {} if text == "{}" else []

    def _block(self, header: str, column: int) -> str:
        """Return the lines that stand deeper than the column."""
        indent = self._indent(column)
        margin, lines, start = " " * indent, self._lines, self._next
        while self._next < len(lines) and _is_within(lines[self._next], margin):
            self._next += 1
        end = "\n" if self._next < len(lines) else ""
        return _chomped(
            "\n".join(line[indent:] for line in lines[start : self._next]) + end, header
        )

    def _indent(self, column: int) -> int:
        """Return how deep the next line stands; a blank one would not tell."""
        line = self._lines[self._next] if self._next < len(self._lines) else ""
        content = line.lstrip(" ")
        if not content or len(line) - len(content) <= column:
            raise _OtherError
        return len(line) - len(content)


def _is_within(line: str, margin: str) -> bool:
    return line.startswith(margin) or not line.strip(" ")


def _chomped(body: str, header: str) -> str:
    content = body.rstrip("\n")
    if header == "|+":
        return body
    return content + "\n" if header == "|" and len(content) < len(body) else content


class _Nodes:
    """Builds maps and lists of tokens; what does not stand where it belongs is not simple."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def root(self) -> Any:
        column = self._tokens[0][0]
        root = self._node(column) if column >= 0 else NOT_SIMPLE
        if self._tokens[self._at] is not _END:
            raise _OtherError
        return root

    def _node(self, column: int) -> Any:
        if column > _DEEPEST:
            raise _OtherError
        is_list = self._tokens[self._at][1] is _DASH
        return self._list(column) if is_list else self._map(column)

    def _map(self, column: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        tokens = self._tokens
        at, key, value = tokens[self._at]
        while at == column and type(key) is str:
            self._at += 1
            result[key] = self._below(column) if value is _BELOW else value
            at, key, value = tokens[self._at]
        _end(at, column)
        return result

    def _below(self, column: int) -> Any:
        """Return what stands below a key; the dashes of a list may stand in the key's column."""
        at, kind, _ = self._tokens[self._at]
        if at > column:
            return self._node(at)
        return self._list(column) if at == column and kind is _DASH else None

    def _list(self, column: int) -> list[Any]:
        result: list[Any] = []
        tokens = self._tokens
        while tokens[self._at][0] == column and tokens[self._at][1] is _DASH:
            self._at += 1
            result.append(self._item(*tokens[self._at]))
        _end(tokens[self._at][0], column)
        return result

    def _item(self, column: int, kind: Any, value: Any) -> Any:
        if kind is not _ITEM:
            return self._node(column)
        self._at += 1
        return value


def _end(at: int, column: int) -> None:
    """Refuse a line that stands deeper than the map or list that it ends."""
    if at > column:
        raise _OtherError
