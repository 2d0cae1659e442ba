"""Waiting for an event loop that runs in another thread; Ctrl-C may come at any moment.

With `sync` of `distributed` a call goes on, and a traceback is printed, when the interrupt comes
before the loop has begun with it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent import futures
from functools import partial
from typing import NoReturn, TypeVar

T = TypeVar("T")

_PATIENCE = 10.0  # on Windows Ctrl-C is noticed only after that


def result(loop: asyncio.AbstractEventLoop, work: Awaitable[T]) -> T:
    """Return what comes of `work`, which is cancelled when this thread is interrupted.

    Raises what `work` raises, concurrent.futures.CancelledError when it was cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(_outcome(work), loop)
    try:
        while not future.done():
            futures.wait([future], _PATIENCE)
    except BaseException:
        future.cancel()
        raise
    return future.result()()


async def _outcome(work: Awaitable[T]) -> Callable[[], T]:
    """Return what returns or raises the outcome; asyncio prints errors that nobody waits for."""
    try:
        value = await work
    except Exception as error:
        return partial(_raise, error)
    return lambda: value


def _raise(error: Exception) -> NoReturn:
    raise error
