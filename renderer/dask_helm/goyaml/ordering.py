"""The order of keys in what Go's yaml writes: letters last, and digits as the numbers they are."""

from functools import cmp_to_key, lru_cache
from typing import Any

_CACHED_KEYS = 64
_WORD = 2**64


def ordered(mapping: dict[str, Any], *, digits_last: bool = False) -> tuple[str, ...]:
    """Return the keys in the order of yaml.v2, or of yaml.v3 with `digits_last`.

    They differ in what a letter is compared with after a digit: in v3 the letter comes first.
    """
    keys = tuple(mapping)
    return _cached(keys, digits_last) if len(keys) <= _CACHED_KEYS else _sorted(keys, digits_last)


def _sorted(keys: tuple[str, ...], digits_last: bool) -> tuple[str, ...]:
    if all(map(_is_simple, keys)):
        return tuple(sorted(keys))
    return tuple(sorted(keys, key=cmp_to_key(_compare_v3 if digits_last else _compare_v2)))


_cached = lru_cache(maxsize=4096)(_sorted)


def _is_simple(key: str) -> bool:
    """Between letters the natural order is that of their code points."""
    return key.isascii() and key.isalpha()


def _compare_v2(one: str, other: str) -> int:
    return _compare(one, other, digits_last=False)


def _compare_v3(one: str, other: str) -> int:
    return _compare(one, other, digits_last=True)


def _compare(one: str, other: str, digits_last: bool) -> int:
    for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            after_digit = digits_last and at > 0 and one[at - 1].isdecimal()
            return _compare_at(one, other, at, after_digit)
    return len(one) - len(other)


def _compare_at(one: str, other: str, at: int, after_digit: bool) -> int:
    mine, theirs = one[at], other[at]
    if mine.isalpha() and theirs.isalpha():
        return ord(mine) - ord(theirs)
    if mine.isalpha() or theirs.isalpha():
        return -1 if theirs.isalpha() is not after_digit else 1
    return _compare_numbers(one, other, at)


def _compare_numbers(one: str, other: str, at: int) -> int:
    start = int("0" in (one[at], other[at]) and _within_number(one, at))
    mine, theirs = _number(one, at, start), _number(other, at, start)
    if mine != theirs:
        return -1 if mine < theirs else 1
    return ord(one[at]) - ord(other[at])


def _within_number(text: str, at: int) -> bool:
    """Tell whether the digits before `at` are more than leading zeros."""
    before = text[:at]
    digits = before[len(before.rstrip("0123456789")) :] if before.isascii() else _digits(before)
    return bool(digits.strip("0"))


def _digits(before: str) -> str:
    start = len(before)
    while start and before[start - 1].isdecimal():
        start -= 1
    return before[start:]


def _number(text: str, at: int, start: int) -> tuple[int, int]:
    """Return the number that begins at `at`, in Go's arithmetic of 64 bits, and where it ends."""
    number, end = start, at
    while end < len(text) and text[end].isdecimal():
        number, end = number * 10 + ord(text[end]) - ord("0"), end + 1
    return (number + _WORD // 2) % _WORD - _WORD // 2, end
