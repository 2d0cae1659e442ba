"""Words joined in another way: snake_case, kebab-case and CamelCase."""

import re
import unicodedata
from itertools import pairwise

from dask_helm.gotemplate.functions.casing import is_upper, lower_character, upper_character
from dask_helm.gotemplate.functions.strings import SPACE
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.utf8 import valid

# What is no character goes with the one after it; at the end, with the one before it.
_BROKEN = "[\ud800-\udfff\ufffd]"
_CHARACTER = re.compile(rf"{_BROKEN}*(?!{_BROKEN}).(?:{_BROKEN}+\Z)?|{_BROKEN}+", re.DOTALL)
# Each character is one of: Space, Hyphen, Punctuation, Upper, Letter, Number, Other.
_WORD = re.compile(r"[SH]+|P[PH]*|U+(?=UL)|U+(?!L)|UL+|L+|N+|O+")
_CONNECTOR, _PUNCTUATION, _UPPER, _LETTERS, _NUMBER = "S", "P", "U", "L", "N"
_NOT_ALPHABETIC = ((0x3400, 0x4D85), (0x4E00, 0x9FCC), (0x20000, 0x2B81D))


def _class(with_broken: str) -> str:
    character = next((c for c in with_broken if valid(c) != "\ufffd"), "\ufffd")
    if character in "-_":
        return "H"
    if character in SPACE:
        return "S"
    return _class_by_category(character, unicodedata.category(character))


def _class_by_category(character: str, category: str) -> str:
    if category == "Lu":
        return "U"
    if category[0] == "L":
        return "O" if any(a <= ord(character) <= b for a, b in _NOT_ALPHABETIC) else "L"
    return category[0] if category[0] in "PN" else "O"


def _is_connector(character: str) -> bool:
    return character in "-_" or character in SPACE


class _Words:
    """The words of a text, and what has been made of those before the one at `at`."""

    def __init__(self, text: str, connector: str) -> None:
        characters = _CHARACTER.findall(text)
        found = list(_WORD.finditer("".join(map(_class, characters))))
        self.words = ["".join(characters[m.start() : m.end()]) for m in found]
        self.kinds = [m[0][0].replace("H", _CONNECTOR) for m in found]
        self.connector = connector
        self.out: list[str] = []
        self.at = 0

    def joined(self) -> str:
        while self.at + 1 < len(self.words):
            self.step()
        if self.at < len(self.words):
            self.take()
        return "".join(self.out)

    def kind(self) -> str:
        return self.kinds[self.at] if self.at < len(self.kinds) else ""

    def take(self) -> None:
        """Write the word, in lower case."""
        word = self.words[self.at]
        changed = self.kind() in (_UPPER, _CONNECTOR)
        self.out.append("".join(map(self.lowered, valid(word))) if changed else word)
        self.at += 1

    def lowered(self, character: str) -> str:
        if _is_connector(character):
            return self.connector
        return lower_character(character) if is_upper(character) else character

    def connect(self) -> None:
        """Write a connector, unless something follows that separates by itself."""
        if self.kind() not in ("", _PUNCTUATION, _CONNECTOR):
            self.out.append(self.connector)

    def take_letters(self) -> None:
        """Letters and numbers after a number belong to it."""
        while self.kind() in (_LETTERS, _NUMBER):
            self.take()
        self.connect()

    def step(self) -> None:
        kind = self.kind()
        self.take()
        if kind == _NUMBER:
            self.take_letters()
        elif kind not in (_CONNECTOR, _PUNCTUATION):
            self.step_after_word()

    def step_after_word(self) -> None:
        """Leave a number with the word before it, unless letters follow."""
        if self.kind() != _NUMBER:
            self.connect()
        elif self.at + 1 < len(self.words):
            if self.kinds[self.at + 1] == _LETTERS:
                self.out.append(self.connector)
                self.take_letters()
            else:
                self.take()
                self.connect()


@function("snakecase")
def snakecase(text: str) -> str:
    """Return the words in lower case with ``_`` between them."""
    return _Words(text, "_").joined()


@function("kebabcase")
def kebabcase(text: str) -> str:
    """Return the words in lower case with ``-`` between them."""
    return _Words(text, "-").joined()


@function("camelcase")
def camelcase(text: str) -> str:
    """Return the words without what is between them, each with a first letter in upper case."""
    text = valid(text)
    start = next((i for i, c in enumerate(text) if not _is_connector(c)), len(text))
    if start == len(text):
        # xstrings writes the last one twice.
        return text + text[-1:]
    return text[:start] + "".join(_camel(text[start:]))


def _camel(text: str) -> list[str]:
    """Return the characters; a word all in upper case goes on in lower case."""
    out = [upper_character(text[0])]
    after_upper = is_upper(text[0])
    for before, character in pairwise(text):
        begins = _is_connector(before)
        after_upper = is_upper(character) and (after_upper or begins)
        if begins and not _is_connector(character):
            out[-1] = upper_character(character)
        else:
            out.append(lower_character(character) if after_upper else character)
    return out
