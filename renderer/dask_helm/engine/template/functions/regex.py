"""Regular expressions: RE2, which is what Go's regexp reads, too."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from dask_helm.engine.template.functions.table import check_text, function
from dask_helm.engine.types import FunctionError, NilStringList, StringList
from dask_helm.engine.utf8 import decoded, encoded, is_valid, length, valid

_MAX_PATTERNS = 500
_MAX_MEMORY = 64 * 2**20
# What is quoted, an escape or a character: RE2 knows an escape, \C, that Go does not.
_PIECES = re.compile(r"\\Q(?:(?!\\E).)*(?:\\E)?|\\?.", re.DOTALL)
_WORDS = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "bad repetition operator": "invalid nested repetition operator",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid perl operator": "invalid or unsupported Perl syntax",
}
_SPECIAL = frozenset("\\.+*?()|[]{}^$")


class _Pattern(NamedTuple):
    """A compiled pattern and the names of its groups; `find` takes bytes and a position."""

    source: str
    find: Any
    groups: int
    names: dict[str, int]


_PATTERNS: dict[str, _Pattern] = {}


def _pattern(source: str) -> _Pattern:
    pattern = _PATTERNS.get(source)
    if pattern is None:
        if len(_PATTERNS) >= _MAX_PATTERNS:
            _PATTERNS.clear()
        pattern = _PATTERNS[source] = _compiled(source)
    return pattern


def _compiled(source: str) -> _Pattern:
    import re2  # type: ignore[import-untyped]

    if "\\C" in source and "\\C" in _PIECES.findall(source):
        raise FunctionError("error parsing regexp: invalid escape sequence: `\\C`")
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MAX_MEMORY
    try:
        expression = re2.compile(encoded(source), options)
    except re2.error as error:
        raise FunctionError(_message(error)) from None
    names = {decoded(name): group for name, group in expression.groupindex.items()}
    for name in names:
        if not name.isascii():
            raise FunctionError(f"error parsing regexp: invalid named capture: `(?P<{name}>`")
    # RE2 finds \\B inside of characters, too; Go does not look there.
    find = _between_characters(expression.search) if "\\B" in source else expression.search
    return _Pattern(source, find, expression.groups, names)


def _between_characters(search: Callable[..., Any]) -> Callable[..., Any]:
    """Return a search that finds only what begins where a character does."""

    def find(data: bytes, at: int = 0) -> Any:
        match = search(data, at)
        while match is not None and _is_inside(data, match.start()):
            match = search(data, _next_character(data, match.start()))
        return match

    return find


def _message(error: Exception) -> str:
    """Return Go's words for an error of RE2."""
    reason = error.args[0] if error.args else ""
    text = decoded(reason) if isinstance(reason, bytes) else str(reason)
    what, colon, where = text.partition(": ")
    return f"error parsing regexp: {_WORDS.get(what, what)}" + (f": `{where}`" if colon else "")


class _Text:
    """A text to search in; a byte of it that is no UTF-8 counts as U+FFFD, as in Go.

    `starts` are the positions of its characters in `data`, where these differ from the text's own.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        shown = text if is_valid(text) else valid(text)
        self.data = encoded(shown)
        self.starts = None if shown is text else [*accumulate(map(length, shown), initial=0)]

    def part(self, start: int, end: int) -> str:
        """Return what the text holds from one position in `data` to before another."""
        if self.starts is None:
            return decoded(self.data[start:end])
        return self.text[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def _spans(pattern: _Pattern, data: bytes, most: int) -> Iterator[Any]:
    """Yield the matches, at most so many if that is not negative, as Go's FindAll does."""
    at, previous_end, found = 0, -1, 0
    while found != most and at <= len(data):
        match = pattern.find(data, at)
        if match is None:
            return
        start, end = match.span()
        # An empty match right after a match does not count.
        if end > at or start > previous_end:
            found += 1
            yield match
        previous_end = end
        at = end if end > at else _next_character(data, at)


def _next_character(data: bytes, at: int) -> int:
    at += 1
    while _is_inside(data, at):
        at += 1
    return at


def _is_inside(data: bytes, at: int) -> bool:
    """Whether the byte continues a character."""
    return at < len(data) and data[at] & 0xC0 == 0x80


@function("regexMatch")
def regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a wrong pattern never is."""
    try:
        compiled = _pattern(pattern)
    except FunctionError:
        return False
    return compiled.find(_Text(text).data) is not None


@function("mustRegexMatch")
def must_regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return _pattern(pattern).find(_Text(text).data) is not None


@function("regexFind", "mustRegexFind")
def regex_find(pattern: str, text: str) -> str:
    """Return the first match, an empty string if there is none."""
    searched = _Text(text)
    match = _pattern(pattern).find(searched.data)
    return searched.part(*match.span()) if match else ""


@function("regexFindAll", "mustRegexFindAll")
def regex_find_all(pattern: str, text: str, most: int) -> StringList:
    """Return the matches, all of them or at most so many."""
    searched = _Text(text)
    matches = _spans(_pattern(pattern), searched.data, most)
    return StringList(searched.part(*m.span()) for m in matches) or NilStringList()


@function("regexSplit", "mustRegexSplit")
def regex_split(pattern: str, text: str, most: int) -> StringList:
    """Return the parts between the matches, all of them or at most so many."""
    compiled = _pattern(pattern)
    if most == 0:
        return NilStringList()
    if pattern and not text:
        return StringList([""])
    searched, parts = _Text(text), StringList()
    begin = end = 0
    for match in _spans(compiled, searched.data, most):
        if len(parts) == most - 1:
            break
        end = match.start()
        if match.end():
            parts.append(searched.part(begin, end))
        begin = match.end()
    size = len(searched.data)
    if end != size:
        parts.append(searched.part(begin, size))
    return parts


@function("regexReplaceAll", "mustRegexReplaceAll")
def regex_replace_all(pattern: str, text: str, replacement: str) -> str:
    """Return the text with each match replaced; ``${1}`` is the first group of the match."""
    compiled = _pattern(pattern)
    pieces: Pieces = _template(compiled, replacement) if "$" in replacement else [replacement]
    return _replaced(compiled, _Text(text), pieces)


@function("regexReplaceAllLiteral", "mustRegexReplaceAllLiteral")
def regex_replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    """Return the text with each match replaced by the literal replacement."""
    return _replaced(_pattern(pattern), _Text(text), [replacement])


# Literals, and the numbers of the groups whose matches stand between them.
Pieces = list[str | int]


def _replaced(pattern: _Pattern, text: _Text, pieces: Pieces) -> str:
    out: list[str] = []
    last = size = 0
    for match in _replaceable(pattern, text.data):
        start, end = match.span()
        out.append(text.part(last, start))
        # An empty match right after a match is not replaced.
        if end > last or start == 0:
            found = [p if isinstance(p, str) else text.part(*match.span(p)) for p in pieces]
            out.append("".join(found))
            size += len(out[-1])
            check_text(size)
        last = end
    return "".join([*out, text.part(last, len(text.data))])


def _replaceable(pattern: _Pattern, data: bytes) -> Iterator[Any]:
    """Yield the matches as Go's ReplaceAll looks for them."""
    at = 0
    while at <= len(data):
        match = pattern.find(data, at)
        if match is None:
            return
        yield match
        end = match.end()
        at = end if end > at else _next_character(data, at)


def _template(pattern: _Pattern, replacement: str) -> Pieces:
    """Return a replacement as literals and numbers of groups."""
    pieces: Pieces = []
    literal, dollar, rest = replacement.partition("$")
    while dollar:
        pieces.append(literal)
        piece, rest = _reference(pattern, rest)
        pieces.append(piece)
        literal, dollar, rest = rest.partition("$")
    return [*pieces, literal]


def _reference(pattern: _Pattern, rest: str) -> tuple[str | int, str]:
    """Return the group that a ``$`` refers to, and the rest; a stray ``$`` is literal."""
    if rest.startswith("$"):
        return "$", rest[1:]
    braced = rest.startswith("{")
    body = rest[1:] if braced else rest
    ends = (i for i, c in enumerate(body) if not (c == "_" or c.isalpha() or c.isdecimal()))
    size = next(ends, len(body))
    if size == 0 or (braced and body[size : size + 1] != "}"):
        return "$", rest
    return _group(pattern, body[:size]), body[size + braced :]


def _group(pattern: _Pattern, name: str) -> str | int:
    """Return the number of a group, nothing for one that the pattern does not have."""
    is_number = name.isascii() and name.isdigit() and (name[0] != "0" or name == "0")
    if not is_number or len(name) > 9:
        return pattern.names.get(name, "")
    return int(name) if int(name) <= pattern.groups else ""


@function("regexQuoteMeta")
def regex_quote_meta(text: str) -> str:
    """Return a pattern that finds just this text."""
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)
