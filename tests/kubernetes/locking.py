"""One at a time, by the kernel's own locks: they end with the process that holds them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kubernetes.progress import say


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder. The lock is on the folder itself: a lock file would be left behind."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _wait_for(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another process is at work on {folder}; waiting for it to finish ...")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
