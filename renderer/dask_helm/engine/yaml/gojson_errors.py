"""What Go's encoding/json says about a text that is no JSON."""

import re

from dask_helm.engine.utf8 import encoded

_BLANKS = re.compile(r"[ \t\r\n]*")
_TEXT = re.compile(r'[^"\\\x00-\x1f]*')
_HEX = re.compile("[0-9a-fA-F]{0,4}")
_DIGITS = re.compile("[0-9]*")
_HEX_DIGITS = 4
_ESCAPES = 'bfnrt\\/"'
_END = "unexpected end of JSON input"
_WORDS = {"t": "true", "f": "false", "n": "null"}
_QUOTED = {"'": "'\\''", '"': "'\"'"}
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\b": "\\b"}
_ESCAPED |= {"\a": "\\a", "\v": "\\v"}

# Go ends every text with a blank, which words, numbers and escapes do not hold.
_WITHIN = ("in literal", "in numeric", "after decimal", "in exponent", "in \\u", "in string escape")
_VALUE = "looking for beginning of value"
_KEY = "looking for beginning of object key string"


class _Found(Exception):  # noqa: N818  it carries the answer, it is not an error
    """Ends the reading: what is wrong has been found."""


def go_error(text: str) -> str:
    """Return Go's words for what is wrong with the text; empty if nothing is."""
    try:
        _Reading(text).document()
    except _Found as found:
        return str(found)
    except RecursionError:
        return "exceeded max depth"
    return ""


class _Reading:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._open: list[str] = []

    def document(self) -> None:
        self._value(closer="")
        while self._open:
            self._blanks()
            closer = self._open[-1]
            where = "after array element" if closer == "]" else "after object key:value pair"
            if self._expect("," + closer, where) == closer:
                self._open.pop()
            elif closer == "]":
                self._value(closer="")
            else:
                self._key(closer="")
        self._blanks()
        if self._at < len(self._text):
            raise self._wrong("after top-level value")

    def _value(self, closer: str) -> None:
        """Read the beginning of a value, to its end unless it is a list or an object."""
        self._blanks()
        found = self._next(_VALUE)
        if found == closer:
            self._open.pop()
        elif found == "[":
            self._open.append("]")
            self._value(closer="]")
        elif found == "{":
            self._open.append("}")
            self._key(closer="}")
        elif found == '"':
            self._string()
        elif word := _WORDS.get(found):
            for letter in word[1:]:
                self._expect(letter, f"in literal {word} (expecting '{letter}')")
        elif found in "-0123456789":
            self._number(found)
        else:
            raise self._wrong(_VALUE, back=1)

    def _key(self, closer: str) -> None:
        self._blanks()
        found = self._next(_KEY)
        if found == closer:
            self._open.pop()
            return
        if found != '"':
            raise self._wrong(_KEY, back=1)
        self._string()
        self._blanks()
        self._expect(":", "after object key")
        self._value(closer="")

    def _string(self) -> None:
        while True:
            self._skip(_TEXT)
            if self._expect('"\\', "in string literal") == '"':
                return
            escape = self._expect(_ESCAPES + "u", "in string escape code")
            if escape == "u" and self._skip(_HEX) < _HEX_DIGITS:
                raise self._wrong("in \\u hexadecimal character escape")

    def _number(self, first: str) -> None:
        if first == "-":
            first = self._expect("0123456789", "in numeric literal")
        if first != "0":
            self._skip(_DIGITS)
        if self._take("."):
            self._digits("after decimal point in numeric literal")
        if self._take("eE"):
            self._take("+-")
            self._digits("in exponent of numeric literal")

    def _digits(self, where: str) -> None:
        self._expect("0123456789", where)
        self._skip(_DIGITS)

    def _blanks(self) -> None:
        self._skip(_BLANKS)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        length = len(found[0]) if found else 0
        self._at += length
        return length

    def _take(self, characters: str) -> bool:
        taken = self._text[self._at : self._at + 1]
        if not taken or taken not in characters:
            return False
        self._at += 1
        return True

    def _next(self, where: str) -> str:
        if self._at >= len(self._text):
            raise self._wrong(where)
        self._at += 1
        return self._text[self._at - 1]

    def _expect(self, characters: str, where: str) -> str:
        if not self._take(characters):
            raise self._wrong(where)
        return self._text[self._at - 1]

    def _wrong(self, where: str, back: int = 0) -> _Found:
        found = self._text[self._at - back : self._at - back + 1]
        if not found and not where.startswith(_WITHIN):
            return _Found(_END)
        return _Found(f"invalid character {_quoted(found or ' ')} {where}")


def _quoted(character: str) -> str:
    """Go looks at bytes, and shows the first one of a character as if it were Latin-1."""
    byte = encoded(character)[:1].decode("latin-1")
    if byte in _QUOTED:
        return _QUOTED[byte]
    plain = byte if byte.isprintable() else f"\\x{ord(byte):02x}"
    return f"'{_ESCAPED.get(byte, plain)}'"
