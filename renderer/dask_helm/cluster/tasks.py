"""Ends background tasks, and waits for an event loop in another thread."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent import futures
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

_CANCEL_SECONDS = 1.0
_WAIT_SECONDS = 10.0  # on Windows, Ctrl-C is only noticed after this time


async def end(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel tasks and wait until they have ended; their exceptions are ignored.

    One cancellation is not enough: before Python 3.12, `asyncio.wait_for` loses it if the awaited
    object finishes at the same moment.
    """
    running = {task for task in tasks if task and not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_CANCEL_SECONDS)
    for task in filter(None, tasks):
        # An exception that is never retrieved would be printed.
        task.cancelled() or task.exception()


async def with_rollback(
    job: Awaitable[None], undo: Callable[[], Awaitable[None]], tell: Callable[[str], None]
) -> None:
    """Run a job. If it fails or is cancelled, undo it, then raise the error.

    The undo cannot be cancelled; `tell` receives a message if it fails.
    """
    try:
        await job
    except BaseException:
        undoing = asyncio.ensure_future(undo())
        while not undoing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([undoing])
        if error := undoing.exception():
            tell(f"Cannot undo the incomplete change: {error}")
        raise


def result(loop: asyncio.AbstractEventLoop, work: Awaitable[T]) -> T:
    """Return the result of `work`, which is cancelled if this thread is interrupted.

    Unlike `sync` of `distributed`, Ctrl-C also cancels work that has not started. Raises the error
    of `work`, or concurrent.futures.CancelledError if it was cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(_outcome(work), loop)
    try:
        while not future.done():
            futures.wait([future], _WAIT_SECONDS)
    except BaseException:
        future.cancel()
        raise
    return future.result()()


async def _outcome(work: Awaitable[T]) -> Callable[[], T]:
    """Return a callable for the outcome, because asyncio prints exceptions nobody retrieves."""
    try:
        value = await work
    except Exception as error:
        return partial(_raise, error)
    return lambda: value


def _raise(error: Exception) -> NoReturn:
    raise error
