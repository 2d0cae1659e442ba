"""Progress and timings on stderr, so that a long step does not look hung."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SIGN_OF_LIFE_SECONDS = 15


def say(text: str) -> None:
    """Print one line of progress."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print when a step begins, regularly while it runs, and how long it took."""
    started, finished = time.monotonic(), threading.Event()
    say(f"{text} ...")
    threading.Thread(target=_tick, args=(text, started, finished), daemon=True).start()
    try:
        yield
    finally:
        finished.set()
    say(f"{text}: {time.monotonic() - started:.1f} s")


def _tick(text: str, started: float, finished: threading.Event) -> None:
    while not finished.wait(_SIGN_OF_LIFE_SECONDS):
        say(f"{text} ... {time.monotonic() - started:.0f} s so far")
