"""The order of keys in what Go's yaml writes: letters last, and digits as the numbers they are."""

import re
from functools import cmp_to_key, partial
from string import ascii_letters
from typing import Any

_DIGIT = re.compile("[0-9]")
_LETTERS = {ord(letter): ord(letter) + 0x100 for letter in ascii_letters}
_WORD = 2**64


def ordered(mapping: dict[str, Any], *, digits_last: bool = False) -> list[str]:
    """Return the keys in the order of yaml.v2, or of yaml.v3 with `digits_last`.

    They differ in what a letter is compared with after a digit: in v3 the letter comes first.
    """
    text = "".join(mapping)
    if text.isalpha() and text.isascii():
        return sorted(mapping)
    if text.isascii() and not _DIGIT.search(text):
        return sorted(mapping, key=lambda key: key.translate(_LETTERS))
    return sorted(mapping, key=cmp_to_key(partial(_compare, digits_last=digits_last)))


def _compare(one: str, other: str, digits_last: bool) -> int:
    for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):  # noqa: B007
        if mine != theirs:
            break
    else:
        return len(one) - len(other)
    if mine.isalpha() and theirs.isalpha():
        return ord(mine) - ord(theirs)
    if mine.isalpha() or theirs.isalpha():
        after_digit = digits_last and at > 0 and one[at - 1].isdecimal()
        return -1 if theirs.isalpha() is not after_digit else 1
    start = int("0" in (mine, theirs) and _within_number(one, at))
    number, others = _number(one, at, start), _number(other, at, start)
    if number != others:
        return -1 if number < others else 1
    return ord(mine) - ord(theirs)


def _within_number(text: str, at: int) -> bool:
    """Tell whether the digits before `at` are more than leading zeros."""
    start = at
    while start and text[start - 1].isdecimal():
        start -= 1
    return bool(text[start:at].strip("0"))


def _number(text: str, at: int, start: int) -> tuple[int, int]:
    """Return the number that begins at `at`, in Go's arithmetic of 64 bits, and where it ends."""
    number, end = start, at
    while end < len(text) and text[end].isdecimal():
        number, end = number * 10 + ord(text[end]) - ord("0"), end + 1
    return (number + _WORD // 2) % _WORD - _WORD // 2, end
