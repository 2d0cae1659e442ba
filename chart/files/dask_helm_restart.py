"""Nanny preload: a worker whose scheduler has gone starts again as soon as there is another one.

A Dask worker ends when its scheduler ends. The kubelet would restart the container, but it waits
longer each time: 10 s, 20 s, up to 5 min. A worker that the scheduler has removed on purpose ends
as usual, because its pod is likely to be deleted.
"""

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Seconds within which a scheduler says who it is. One that is too busy to answer has not gone.
ANSWER_TIMEOUT = 3


async def identifier(nanny):
    """Return the identifier of the scheduler, which is another one after it has restarted."""
    return (await nanny.scheduler.identity())["id"]


async def dask_setup(nanny):
    """Remember who the scheduler is, and whether the process is told to stop."""
    nanny.known_scheduler = asyncio.ensure_future(identifier(nanny))
    # A failure means that the nanny cannot start. It must not be logged a second time.
    nanny.known_scheduler.add_done_callback(lambda done: done.cancelled() or done.exception())
    nanny.is_told_to_stop = False
    before = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        nanny.is_told_to_stop = True
        before(number, frame)

    if callable(before):
        signal.signal(signal.SIGTERM, stop)


async def dask_teardown(nanny):
    """If the scheduler has gone, start this process again when it ends."""
    known = nanny.known_scheduler
    had_one = known.done() and not known.exception()
    known.cancel()
    if had_one and not nanny.is_told_to_stop and await has_gone(nanny):
        atexit.register(start_again, nanny)


async def has_gone(nanny):
    """Return whether the scheduler that the nanny has known is no longer there."""
    try:
        present = await asyncio.wait_for(identifier(nanny), ANSWER_TIMEOUT)
    except (OSError, asyncio.TimeoutError):
        loop = asyncio.get_running_loop()
        return not await loop.run_in_executor(None, is_reachable, nanny.scheduler_addr)
    return present != nanny.known_scheduler.result()


def is_reachable(scheduler):
    """Return whether the scheduler's address accepts connections."""
    url = urlsplit(scheduler)
    with contextlib.suppress(OSError):
        socket.create_connection((url.hostname, url.port), ANSWER_TIMEOUT).close()
        return True
    return False


def start_again(nanny):
    """Replace this process by a new one with the same command as soon as a scheduler is there."""
    if nanny.is_told_to_stop:  # after it has found that its scheduler has gone
        return
    scheduler = nanny.scheduler_addr
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    say(f"the scheduler {scheduler} has gone: waiting for it")
    while not is_reachable(scheduler):
        time.sleep(0.5)
    say("the scheduler is back: starting again")
    command = Path("/proc/self/cmdline").read_bytes().split(b"\0")[:-1]
    os.execv(sys.executable, command)  # noqa: S606


def say(message):
    """Write a line to the pod's log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} - worker - {message}", flush=True)
