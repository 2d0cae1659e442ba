"""One run at a time in an output folder: a second would remove temporary files of the first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dask_helm.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows: two runs at once are up to the user there
    fcntl = None  # type: ignore[assignment]


@contextmanager
def hold(output: Path) -> Iterator[None]:
    """Hold the folder's lock; raise UsageError where another run holds it.

    The system gives it back when the last process of the run ends, however it ends.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(output, os.O_RDONLY)
    try:
        _take(handle, output)
        yield
    finally:
        os.close(handle)


def _take(handle: int, output: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another run writes to {output} at the moment; wait for it to end"
        raise UsageError(message) from None
    except OSError:
        return  # some network file systems lock no folders
