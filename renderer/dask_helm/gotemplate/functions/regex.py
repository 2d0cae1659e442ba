"""Regular expressions: RE2, which is what Go's regexp reads, too."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dask_helm.gotemplate.functions.limits import check_text
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import NilStringList
from dask_helm.gotemplate.types import FunctionError, StringList
from dask_helm.gotemplate.utf8 import decoded, encoded, is_valid

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
    # RE2 finds what is no border of a word inside of characters, too; Go does not look there.
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


def _subject(text: str) -> bytes:
    """Return the bytes to search; raises FunctionError for those that RE2 finds nothing in."""
    if not is_valid(text):
        raise FunctionError("the text holds bytes that are no UTF-8")
    return encoded(text)


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
    """Whether the byte goes on with a character."""
    return at < len(data) and data[at] & 0xC0 == 0x80


@function("regexMatch")
def regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a wrong pattern never is."""
    try:
        compiled = _pattern(pattern)
    except FunctionError:
        return False
    return compiled.find(_subject(text)) is not None


@function("mustRegexMatch")
def must_regex_match(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return _pattern(pattern).find(_subject(text)) is not None


@function("regexFind", "mustRegexFind")
def regex_find(pattern: str, text: str) -> str:
    """Return the first match, an empty string where there is none."""
    match = _pattern(pattern).find(_subject(text))
    return decoded(match.group()) if match else ""


@function("regexFindAll", "mustRegexFindAll")
def regex_find_all(pattern: str, text: str, most: int) -> StringList:
    """Return the matches, all of them or at most so many."""
    matches = _spans(_pattern(pattern), _subject(text), most)
    return StringList(decoded(m.group()) for m in matches) or NilStringList()


@function("regexSplit", "mustRegexSplit")
def regex_split(pattern: str, text: str, most: int) -> StringList:
    """Return what stands between the matches, all parts or at most so many."""
    compiled = _pattern(pattern)
    if most == 0:
        return NilStringList()
    if pattern and not text:
        return StringList([""])
    return StringList(map(decoded, _parts(compiled, _subject(text), most)))


def _parts(pattern: _Pattern, data: bytes, most: int) -> list[bytes]:
    parts: list[bytes] = []
    begin = end = 0
    for match in _spans(pattern, data, most):
        if len(parts) == most - 1:
            break
        end = match.start()
        if match.end():
            parts.append(data[begin:end])
        begin = match.end()
    return parts if end == len(data) else [*parts, data[begin:]]


@function("regexReplaceAll", "mustRegexReplaceAll")
def regex_replace_all(pattern: str, text: str, replacement: str) -> str:
    """Return the text with each match replaced; ``${1}`` is the first group of the match."""
    compiled = _pattern(pattern)
    pieces = _template(compiled, replacement) if "$" in replacement else [encoded(replacement)]
    return _replaced(compiled, text, pieces)


@function("regexReplaceAllLiteral", "mustRegexReplaceAllLiteral")
def regex_replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    """Return the text with each match replaced by the replacement as it stands."""
    return _replaced(_pattern(pattern), text, [encoded(replacement)])


Pieces = list[Any]


def _replaced(pattern: _Pattern, text: str, pieces: Pieces) -> str:
    data = _subject(text)
    out: list[bytes] = []
    last = length = 0
    for match in _replaceable(pattern, data):
        start, end = match.span()
        out.append(data[last:start])
        # An empty match right after a match is not replaced.
        if end > last or start == 0:
            out.append(b"".join([_piece(match, piece) for piece in pieces]))
            length += len(out[-1])
            check_text(length)
        last = end
    return decoded(b"".join([*out, data[last:]]))


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


def _piece(match: Any, piece: bytes | int) -> bytes:
    """Return a literal, or what a group has matched."""
    return piece if isinstance(piece, bytes) else match.group(piece) or b""


def _template(pattern: _Pattern, replacement: str) -> Pieces:
    """Return a replacement as literals and numbers of groups."""
    pieces: Pieces = []
    literal, dollar, rest = replacement.partition("$")
    while dollar:
        pieces.append(encoded(literal))
        piece, rest = _reference(pattern, rest)
        pieces.append(piece)
        literal, dollar, rest = rest.partition("$")
    return [*pieces, encoded(literal)]


def _reference(pattern: _Pattern, rest: str) -> tuple[bytes | int, str]:
    """Return what stands for the text after a ``$``, and what follows; a stray ``$`` stays."""
    if rest.startswith("$"):
        return b"$", rest[1:]
    braced = rest.startswith("{")
    body = rest[1:] if braced else rest
    size = next((i for i, c in enumerate(body) if not _is_word(c)), len(body))
    if size == 0 or (braced and body[size : size + 1] != "}"):
        return b"$", rest
    return _group(pattern, body[:size]), body[size + braced :]


def _is_word(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()


def _group(pattern: _Pattern, name: str) -> bytes | int:
    """Return the number of a group, nothing for one that the pattern does not have."""
    is_number = name.isascii() and name.isdigit() and (name[0] != "0" or name == "0")
    if not is_number or len(name) > 9:
        return pattern.names.get(name, b"")
    return int(name) if int(name) <= pattern.groups else b""


@function("regexQuoteMeta")
def regex_quote_meta(text: str) -> str:
    """Return a pattern that finds just this text."""
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)
