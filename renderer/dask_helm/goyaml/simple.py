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
# A column in which no line begins.
_NOWHERE = -2

Plain: TypeAlias = Callable[[str], Any]
# Stand for the key of an item that has none, and for a value that stands below its key.
_ITEM, _BELOW = object(), object()
_QUOTES = "\"'"


class _Special(NamedTuple):
    """A value that is made anew each time: an empty map or list, or a block with this header."""

    text: str


class _OtherError(Exception):
    """The text is not simple."""


def read(text: str, plain: Plain) -> Any:
    """Return the map or list that the text is, or NOT_SIMPLE; `plain` tells what a word means."""
    if _is_strange(text):
        return NOT_SIMPLE
    try:
        return _Lines(text, plain).read()
    except (_OtherError, scalars.RefusedError):
        return NOT_SIMPLE


class _Line(NamedTuple):
    """A line: its column (-1 for a blank line), the length of its dashes, its key and its value.

    Of an item the key is _ITEM. A value is `later` when it stands below or has to be made anew.
    """

    at: int
    dashes: int
    key: Any
    value: Any
    later: bool


_BLANK = _Line(-1, 0, _ITEM, None, True)


def _is_strange(text: str) -> bool:
    if text.isascii():
        return not text.replace("\n", "").isprintable()
    return _STRANGE.search(text) is not None


def _line(text: str, plain: Plain) -> _Line:
    content = text.lstrip(" ")
    if not content:
        return _BLANK
    found = _LINE.fullmatch(content) if len(content) <= _LONGEST_LINE else None
    if found is None:
        raise _OtherError
    dashes, key, value = found.groups()
    if key is None and not (dashes and value):
        raise _OtherError
    read = _value(value, plain)
    later = read is _BELOW or type(read) is _Special
    at = len(text) - len(content)
    return _Line(at, len(dashes), _ITEM if key is None else _key(key), read, later)


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
    """Puts line after line into the map or list that it belongs to.

    `_nodes` are the maps and lists that the last line stands in, and `_columns` where they begin;
    `_waiting` is the line's key when its value stands below.
    """

    def __init__(self, text: str, plain: Plain) -> None:
        self._lines = text.split("\n")
        self._plain = plain
        self._next = 0
        self._columns: list[int] = [-1]
        self._nodes: list[Any] = [None]
        self._waiting: str | None = None

    def read(self) -> Any:
        """Return the map or list of all lines."""
        plain, column = self._plain, _NOWHERE
        node: Any = None
        for number, text in enumerate(self._lines):
            if number < self._next:
                continue
            at, dashes, key, value, later = _cached(text, plain)
            # Most lines are a key of the map that the line before stands in.
            if at != column or dashes:
                if at < 0:
                    continue
                node = self._node(at, dashes, key)
                column = self._columns[-1] if type(node) is dict else _NOWHERE
            if later:
                self._next = number + 1
                column = self._later(node, key, value, column)
            elif key is _ITEM:
                node.append(value)
            else:
                node[key] = value
        return self._nodes[1] if len(self._nodes) > 1 else NOT_SIMPLE

    def _later(self, node: Any, key: Any, value: Any, column: int) -> int:
        """Put in what is made anew, or wait for it; return the column where keys may follow."""
        made = None if value is _BELOW else self._made(value.text)
        if key is _ITEM:
            node.append(made)
        else:
            node[key] = made
        if value is not _BELOW:
            return column
        self._waiting = key
        return _NOWHERE

    def _node(self, at: int, dashes: int, key: Any) -> Any:
        """Return the map or list for what stands behind the dashes that begin in column `at`."""
        self._begin(at, dashes)
        self._end(at, list if dashes else dict)
        for column in range(at + 2, at + dashes, 2):
            self._append(column, [])
        if dashes and key is not _ITEM:
            self._append(at + dashes, {})
        return self._nodes[-1]

    def _begin(self, at: int, dashes: int) -> None:
        """Begin what stands below a waiting key; a list may begin in the key's own column."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            if self._nodes[-1] is None:
                self._open(at, [] if dashes else {})
        elif at > self._columns[-1] or (dashes and at == self._columns[-1]):
            new: Any = [] if dashes else {}
            self._nodes[-1][waiting] = new
            self._open(at, new)

    def _end(self, at: int, wanted: type) -> None:
        """End what the line does not belong to; what is left must be what it belongs to."""
        columns, nodes = self._columns, self._nodes
        while columns[-1] != at or type(nodes[-1]) is not wanted:
            if columns[-1] < at or (columns[-1] == at and wanted is list):
                raise _OtherError
            columns.pop()
            nodes.pop()

    def _append(self, column: int, new: Any) -> None:
        self._nodes[-1].append(new)
        self._open(column, new)

    def _open(self, column: int, new: Any) -> None:
        if column > _DEEPEST:
            raise _OtherError
        self._columns.append(column)
        self._nodes.append(new)

    def _made(self, text: str) -> Any:
        if text[0] == "|":
            return self._block(text)
        return {} if text == "{}" else []

    def _block(self, header: str) -> str:
        """Return the lines that stand deeper than the key or dash before the header."""
        indent = self._indent(self._columns[-1])
        margin, lines, start = " " * indent, self._lines, self._next
        while self._next < len(lines) and _is_within(lines[self._next], margin):
            self._next += 1
        end = "\n" if self._next < len(lines) else ""
        body = "\n".join(line[indent:] for line in lines[start : self._next])
        return _chomped(body + end, header)

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
