"""Upper, lower and other cases; Go maps each character to one character."""

import unicodedata

from dask_helm.gotemplate.functions.strings import SPACE
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.utf8 import encoded, valid


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
        swapped.append(_swapped(character, category, after_space))
        is_letter = category in ("Lu", "Lt", "Ll")
        after_space = not is_letter and character in SPACE
    return "".join(swapped)


def _swapped(character: str, category: str, after_space: bool) -> str:
    if category in ("Lu", "Lt"):
        return lower_character(character)
    if category == "Ll":
        return title_character(character) if after_space else upper_character(character)
    return character


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
