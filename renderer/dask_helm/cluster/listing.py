"""Lists in messages: as much of them as a person reads."""

from collections.abc import Iterable

_SHOWN = 5


def listed(things: Iterable[object]) -> str:
    """Return the first of them as text, and how many more there are."""
    names = [str(one) for one in things]
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
