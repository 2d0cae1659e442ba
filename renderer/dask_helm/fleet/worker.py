"""One process of the pool: it does the tasks that come through a pipe until the pipe is closed."""

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

# Seconds; the largest cluster takes less. A process that still runs then is stuck.
_PATIENCE = 10.0
# What a task makes is gone when it ends, nearly always without the help of the collector.
_MUCH_GARBAGE = 100_000


class Worker:
    """A process, the pipe to it, and the tasks that were sent and not answered, the oldest first.

    Its first message says that it is ready for tasks, each further one is the result of a task.
    """

    def __init__(self, start: Start[Any], others: Sequence[Connection]) -> None:
        context = _context()
        self.ready = False
        self.tasks: deque[int] = deque()
        self.pipe, end = context.Pipe()
        # A forked copy of the parent's ends would keep the pipes open when the parent is killed.
        copies = [self.pipe, *others] if context.get_start_method() == "fork" else []
        self.process = context.Process(target=_serve, args=(end, start, copies), daemon=True)  # type: ignore[attr-defined]
        with _no_interrupts():
            self.process.start()
        end.close()

    def send(self, task: int) -> None:
        """Hand over a task; that a process cannot take it shows when its pipe is read."""
        self.tasks.append(task)
        with suppress(OSError):
            self.pipe.send(task)

    def stop(self) -> None:
        """Let the process end the task that it has in hand, and wait for it."""
        self.pipe.close()
        self.process.join(_PATIENCE)
        self.process.kill()
        self.process.join()

    @property
    def death(self) -> str:
        """Return how the process ended, to be said after its name."""
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with status {code}"


def _context() -> BaseContext:
    """Return fork where it is safe, since forked processes share the compiled chart; else spawn.

    A fork copies the locks that other threads hold; on macOS system libraries do not survive it.
    """
    can_fork = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork and alone else "spawn")


def _serve(pipe: Connection, start: Start[Any], copies: Sequence[Connection]) -> None:
    """Do tasks until the parent closes the pipe or is gone."""
    _leave_interrupts_to_the_parent()
    gc.set_threshold(_MUCH_GARBAGE)
    for copy in copies:
        copy.close()
    with suppress(EOFError, OSError):
        work = start()
        pipe.send(None)
        while True:
            pipe.send(work(pipe.recv()))


def _leave_interrupts_to_the_parent() -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes: the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts, until it ignores it; the parent gets it later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
