"""Parts of messages: lists, counts and suggestions. Every package may use it."""

from collections.abc import Iterable, Sequence

_SHOWN = 5  # items of a long list


def listed(things: Iterable[object], shown: int = _SHOWN) -> str:
    """Join the first items, and count the others: `a, b and 3 more`."""
    names = [str(one) for one in things]
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def counted(things: Sequence[object] | int, name: str) -> str:
    """Return a number with a noun, in the plural if necessary: `3 pods`."""
    number = things if isinstance(things, int) else len(things)
    return f"{number} {name}" + ("" if number == 1 else "s")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'X'?)` for the most similar known word, or ""."""
    near = closest(word, known)
    return f" (did you mean {near[0]!r}?)" if near else ""


def closest(word: str, known: Iterable[str], number: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return similar known words, the most similar first."""
    from difflib import get_close_matches  # slow to import, and rarely needed

    return get_close_matches(word, list(known), n=number, cutoff=cutoff)
