"""Upper, lower and other cases, and words joined in snake_case, kebab-case and CamelCase."""

import re
import unicodedata
from itertools import pairwise

from dask_helm.engine.template.functions.table import function
from dask_helm.engine.utf8 import SPACE, encoded, valid


def upper_character(character: str) -> str:
    """Return the upper case of one character, itself where that would be several characters."""
    upper = character.upper()
    return upper if len(upper) == 1 else title_character(character)


def lower_character(character: str) -> str:
    """Return the lower case of one character."""
    return character.lower()[0]


def title_character(character: str) -> str:
    """Return the title case of one character, itself where that would be several characters."""
    title = character.title()
    return title if len(title) == 1 else character


def is_upper(character: str) -> bool:
    """Whether the character is an upper case letter."""
    return unicodedata.category(character) == "Lu"


@function("upper")
def upper(text: str) -> str:
    """Return the text in upper case."""
    return text.upper() if text.isascii() else "".join(map(upper_character, valid(text)))


@function("lower")
def lower(text: str) -> str:
    """Return the text in lower case."""
    return text.lower() if text.isascii() else "".join(map(lower_character, valid(text)))


@function("title")
def title(text: str) -> str:
    """Return the text with each word's first character in title case."""
    text = valid(text)
    befores = [" ", *text]
    return "".join(
        title_character(character) if _separates(before) else character
        for before, character in zip(befores, text, strict=False)
    )


def _separates(character: str) -> bool:
    if character < "\x80":
        return not (character.isalnum() or character == "_")
    return character in SPACE


@function("untitle")
def untitle(text: str) -> str:
    """Return the text with each word's first character in lower case."""
    text = valid(text)
    befores = [" ", *text]
    return "".join(
        lower_character(character) if before in SPACE else character
        for before, character in zip(befores, text, strict=False)
    )


@function("swapcase")
def swapcase(text: str) -> str:
    """Return the text with upper and lower case exchanged, a word's first letter in title case."""
    swapped, after_space = [], True
    for character in valid(text):
        category = unicodedata.category(character)
        if category in ("Lu", "Lt"):
            character = lower_character(character)
        elif category == "Ll":
            change = title_character if after_space else upper_character
            character = change(character)
        swapped.append(character)
        after_space = character in SPACE
    return "".join(swapped)


@function("initials")
def initials(text: str) -> str:
    """Return the first byte of each word, as characters of Latin-1."""
    data = encoded(text).decode("latin-1")
    return "".join(
        character
        for before, character in zip(" " + data, data, strict=False)
        if before in SPACE and character not in SPACE
    )


@function("nospace")
def nospace(text: str) -> str:
    """Return the text without space; it looks at bytes, and what is not ASCII suffers from that."""
    data = encoded(text).decode("latin-1")
    kept = "".join(character for character in data if character not in SPACE)
    return text if len(kept) == len(data) else kept


# Invalid bytes belong to the character after them; at the end, to the one before.
_BROKEN = "[\ud800-\udfff\ufffd]"
_CHARACTER = rf"(?s:{_BROKEN}*(?!{_BROKEN}).(?:{_BROKEN}+\Z)?|{_BROKEN}+)"
# Each character is one of: Space, Hyphen, Punctuation, Upper, Letter, Number, Other.
_WORD = r"[SH]+|P[PH]*|U+(?=UL)|U+(?!L)|UL+|L+|N+|O+"
_CONNECTOR, _PUNCTUATION, _UPPER, _LETTERS, _NUMBER = "S", "P", "U", "L", "N"
_NOT_ALPHABETIC = ((0x3400, 0x4D85), (0x4E00, 0x9FCC), (0x20000, 0x2B81D))


def _class(with_broken: str) -> str:
    character = next((c for c in with_broken if valid(c) != "\ufffd"), "\ufffd")
    if character in "-_":
        return "H"
    if character in SPACE:
        return "S"
    category = unicodedata.category(character)
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
        characters = re.findall(_CHARACTER, text)
        found = list(re.finditer(_WORD, "".join(map(_class, characters))))
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
    out = [upper_character(text[start])]
    # Words in upper case continue in lower case.
    after_upper = is_upper(text[start])
    for before, character in pairwise(text[start:]):
        begins = _is_connector(before)
        after_upper = is_upper(character) and (after_upper or begins)
        if begins and not _is_connector(character):
            out[-1] = upper_character(character)
        else:
            out.append(lower_character(character) if after_upper else character)
    return text[:start] + "".join(out)
