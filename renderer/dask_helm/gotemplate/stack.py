"""Room for templates that include one another: each level takes several Python frames."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Helm allows a template to include itself 1,000 times, which takes about 8 frames each.
_FRAMES = 20_000


@contextmanager
def deep_stack() -> Iterator[None]:
    """Raise Python's limit for the time of a rendering."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
