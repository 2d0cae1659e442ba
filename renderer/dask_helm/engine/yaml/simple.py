"""The YAML that templates print nearly always, without the parser. This module exists for speed.

Its reader takes lines that are a key, a key and a value, or an item of a list; values are words,
texts in quotes without escapes, literal blocks, ``{}``, and lists such as ``[a, b]``. It gives up
on all other texts, which are left to the parser, whose events each cost more than a line here.
`is_plain_word` saves the writer to analyse most texts.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from dask_helm.engine.yaml import scalars

NOT_SIMPLE = object()

_QUOTED = r"\"[^\"\\\n]*\"|'[^'\n]*'"
# YAML's own limit for the length of a key is 1,024.
_KEY = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,999}|\"[^\"\\\n]{0,999}\"|'[^'\n]{0,999}'"
# In a word, a colon or a blank is followed by more of it, and a blank by no comment.
_WORD = (
    r"(?:[A-Za-z0-9_/$(]|--?[A-Za-z0-9])[^ :\n]*"
    r"(?:(?::(?=[^ \n])| (?=[^ #\n]))[^ :\n]*)*"
)
_ITEM = rf"[A-Za-z0-9_/][A-Za-z0-9_/.-]*|{_QUOTED}"
_LIST = rf"\[(?:(?:{_ITEM})(?:, (?:{_ITEM}))*)?\]"
_LINE = re.compile(
    rf"( *)((?:- )*)(?:({_KEY}):(?=[ \n]|\Z) *)?"
    rf"({_WORD}|{_QUOTED}|\{{\}}|{_LIST}|[|][+-]?)?(?:\n|\Z)"
)
_ITEMS = re.compile(_ITEM)
_INDENT = re.compile(r"( *)[^ \n]")
_STRANGE = re.compile("[^\n\x20-\x7e\xa1-\u1fff]")
_DEEPEST = 100
# A column in which no line begins.
_NOWHERE = -2

_PLAIN_WORD = re.compile(
    r"(?:[A-Za-z_/(]|--?[A-Za-z])[A-Za-z0-9_/.=()$-]*(?::[A-Za-z0-9_/.=()$-]+)*"
)

Plain: TypeAlias = Callable[[str], Any]


class _OtherError(Exception):
    """The text is not simple."""


def is_plain_word(text: str) -> bool:
    """Whether the text is written plainly on one line: a word, and not one that means more."""
    return _PLAIN_WORD.fullmatch(text) is not None and text not in scalars.WORDS


def read(text: str, plain: Plain) -> Any:
    """Return the map or list of the text, None for an empty text, or NOT_SIMPLE.

    `plain` returns the value of a word.
    """
    if text.isascii():
        is_strange = not text.replace("\n", "").isprintable()
    else:
        is_strange = _STRANGE.search(text) is not None
    if is_strange:
        return NOT_SIMPLE
    try:
        return _Reader(text, plain).read()
    except (_OtherError, scalars.RefusedError):
        return NOT_SIMPLE


class _Reader:
    """Puts line after line into the map or list that it belongs to.

    `_nodes` are the maps and lists that contain the last line, and `_columns` where they begin;
    `_waiting` is the last line's key if its value follows in the next lines.
    """

    def __init__(self, text: str, plain: Plain) -> None:
        self._text = text
        self._plain = plain
        self._columns: list[int] = [-1]
        self._nodes: list[Any] = [None]
        self._waiting: str | None = None

    def read(self) -> Any:
        """Return the map or list of all lines."""
        text, plain, match = self._text, self._plain, _LINE.match
        node: Any = None
        at, end, column = 0, len(text), _NOWHERE
        while at < end:
            found = match(text, at)
            if found is None:
                raise _OtherError
            margin, dashes, key, value = found.groups()
            at = found.end()
            if key is None and not (dashes and value):
                if dashes or value:
                    raise _OtherError
                continue
            # Most lines are a key of the same map as the line before.
            if dashes or len(margin) != column:
                node = self._node(len(margin), len(dashes), key is not None)
                column = self._columns[-1] if type(node) is dict else _NOWHERE
            if key is not None and not (key.isalpha() and key not in scalars.WORDS):
                key = key[1:-1] if key[0] in "\"'" else scalars.key(key)
            if value:
                item, at = self._value(value, at) if value[0] in "|{[\"'" else (plain(value), at)
            else:
                item, self._waiting, column = None, key, _NOWHERE
            if key is None:
                node.append(item)
            else:
                node[key] = item
        return self._nodes[1] if len(self._nodes) > 1 else None

    def _value(self, value: str, at: int) -> tuple[Any, int]:
        """Return a value that is not a word, and the offset of the line after it."""
        if value[0] == "|":
            return self._block(at, value)
        if value[0] == "[":
            items = _ITEMS.findall(value)
            return [item[1:-1] if item[0] in "\"'" else self._plain(item) for item in items], at
        return {} if value == "{}" else value[1:-1], at

    def _node(self, at: int, dashes: int, has_key: bool) -> Any:
        """Return the map or list for a line that begins in column `at` with that many dashes."""
        columns, nodes = self._columns, self._nodes
        new: Any = [] if dashes else {}
        waiting, self._waiting = self._waiting, None
        # The value of a waiting key begins; a list may begin in the key's own column.
        if waiting is not None and (at > columns[-1] or (dashes and at == columns[-1])):
            nodes[-1][waiting] = new
            self._open(at, new)
        elif nodes[-1] is None:
            self._open(at, new)
        # The maps and lists that the line does not belong to end.
        while columns[-1] != at or type(nodes[-1]) is not type(new):
            if columns[-1] < at or (columns[-1] == at and dashes):
                raise _OtherError
            columns.pop()
            nodes.pop()
        for column in range(at + 2, at + dashes, 2):
            self._append(column, [])
        if dashes and has_key:
            self._append(at + dashes, {})
        return nodes[-1]

    def _append(self, column: int, new: Any) -> None:
        self._nodes[-1].append(new)
        self._open(column, new)

    def _open(self, column: int, new: Any) -> None:
        if column > _DEEPEST:
            raise _OtherError
        self._columns.append(column)
        self._nodes.append(new)

    def _block(self, at: int, header: str) -> tuple[str, int]:
        """Return the block that begins at an offset, and where the next line begins."""
        first = _INDENT.match(self._text, at)
        indent = len(first[1]) if first else 0
        if indent <= self._columns[-1] or not indent:
            raise _OtherError
        shallow = re.compile(rf"\n {{0,{indent - 1}}}[^ \n]").search(self._text, at)
        end = shallow.start() + 1 if shallow else len(self._text)
        body = "\n".join([line[indent:] for line in self._text[at:end].split("\n")])
        content = body.rstrip("\n")
        if header == "|+":
            return body, end
        return (content + "\n" if header == "|" and len(content) < len(body) else content), end
