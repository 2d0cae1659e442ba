"""One process of the pool: runs the tasks from a pipe until the pipe is closed."""

import gc
import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

Result = TypeVar("Result")
Start = Callable[[], Callable[[int], Result]]

# The largest cluster takes less time. A process that is still running is stuck.
_STOP_SECONDS = 10.0
# Reference counting frees nearly all objects of a task, without the garbage collector.
_MUCH_GARBAGE = 100_000


class Worker:
    """A process, its pipe, and its unanswered tasks, the oldest first.

    Its first message reports that it is ready; each further message is the result of a task.
    """

    def __init__(self, start: Start[Any], others: Sequence[Connection]) -> None:
        context = _context()
        self.ready = False
        self.tasks: deque[int] = deque()
        self.pipe, end = context.Pipe()
        # Forked copies of the parent's ends would keep the pipes open after the parent is killed.
        copies = [self.pipe, *others] if context.get_start_method() == "fork" else []
        self.process = context.Process(target=_serve, args=(end, start, copies), daemon=True)  # type: ignore[attr-defined]
        with _no_interrupts():
            self.process.start()
        end.close()

    def send(self, task: int) -> None:
        """Send a task; a dead process is detected when its pipe is read."""
        self.tasks.append(task)
        with suppress(OSError):
            self.pipe.send(task)

    def stop(self) -> None:
        """Let the process finish its current task, and wait for it."""
        self.pipe.close()
        self.process.join(_STOP_SECONDS)
        self.process.kill()
        self.process.join()

    @property
    def death(self) -> str:
        """Describe how the process ended, for an error message."""
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"exited with status {code}"


def _context() -> BaseContext:
    """Return fork if it is safe, because forked processes share the compiled chart; else spawn.

    A fork copies locks that other threads hold, and macOS system libraries do not support it.
    """
    can_fork = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork and alone else "spawn")


def _serve(pipe: Connection, start: Start[Any], copies: Sequence[Connection]) -> None:
    """Run tasks until the parent closes the pipe or exits."""
    # A terminal sends Ctrl-C to all processes; the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.set_threshold(_MUCH_GARBAGE)
    for copy in copies:
        copy.close()
    with suppress(EOFError, OSError):
        work = start()
        pipe.send(None)
        while True:
            pipe.send(work(pipe.recv()))


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Block Ctrl-C while a process starts; the parent receives it later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
