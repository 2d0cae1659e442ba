"""Nanny preload: a worker whose scheduler has gone starts again as soon as there is another one.

A Dask worker ends when its scheduler ends. The kubelet would restart the container, but it waits
longer each time: 10 s, 20 s, up to 5 min. A worker that the scheduler has removed on purpose ends
as usual, because its pod is likely to be deleted.

The module imports nothing of dask_helm_handover.py: Dask copies each preload to another folder.
"""

import asyncio
import atexit
import contextlib
import os
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

# Seconds within which a scheduler says who it is. One that is too busy to answer has not gone.
ANSWER_TIMEOUT = 3
# Seconds that a scheduler may still answer after it has closed its workers.
CLOSING_TIMEOUT = 5
# Set in a process that has started again.
STARTED_AGAIN = "DASK_HELM_STARTED_AGAIN"

is_main = threading.current_thread() is threading.main_thread()
if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    # Dask restores this handler when it ends. By default the first process of a container, which
    # Dask is without an init process, ignores the signal.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


async def identifier(nanny):
    """Return the identifier of the scheduler, which is another one after it has restarted."""
    return (await nanny.scheduler.identity())["id"]


async def dask_setup(nanny):
    """Remember who the scheduler is, and whether the process is told to stop."""
    if not is_of_pod(nanny):
        return
    if STARTED_AGAIN not in os.environ:
        with contextlib.suppress(OSError):  # left by a container of this pod that has restarted
            hook_file().unlink()
    nanny.is_told_to_stop = False
    before = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        nanny.is_told_to_stop = True
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # Before the worker starts, which needs the scheduler as well. A later answer may already be
    # that of the next scheduler.
    while not hasattr(nanny, "known_scheduler"):
        try:
            nanny.known_scheduler = await identifier(nanny)
        except Exception:  # it is still starting
            await asyncio.sleep(1)


def is_of_pod(nanny):
    """Return whether the nanny is one of the pod's own, and not one that a task has started."""
    return re.fullmatch(re.escape(os.environ["POD_NAME"]) + r"(-\d+)?", str(nanny.name))


def hook_file():
    """Return the file that the pod's preStop hook creates when it begins."""
    folder = Path(os.environ.get("DRAIN_FOLDER", "/tmp"))  # noqa: S108  # a volume of the pod's own
    return folder / f"dask-helm-leaving-{os.environ['POD_NAME']}"


def must_stop(nanny):
    """Return whether the pod is about to leave."""
    return nanny.is_told_to_stop or hook_file().exists()


async def dask_teardown(nanny):
    """If the scheduler has gone, start this process again when it ends."""
    # A nanny that has not started does not know its scheduler.
    if hasattr(nanny, "known_scheduler") and await has_gone(nanny):
        atexit.register(start_again, nanny)


async def has_gone(nanny):
    """Return whether the scheduler that the nanny has known is gone, or goes within seconds."""
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + CLOSING_TIMEOUT
    while time.monotonic() < deadline and not must_stop(nanny):
        try:
            present = await asyncio.wait_for(identifier(nanny), ANSWER_TIMEOUT)
        except Exception as error:  # would keep old nannies from closing
            say(f"the scheduler does not say who it is: {error!r}")
            if not await loop.run_in_executor(None, is_reachable, nanny.scheduler_addr):
                return True
        else:
            if present != nanny.known_scheduler:
                return True
        await asyncio.sleep(0.25)
    return False


def is_reachable(scheduler):
    """Return whether the scheduler's address accepts connections."""
    url = urlsplit(scheduler)
    with contextlib.suppress(OSError):
        socket.create_connection((url.hostname, url.port), ANSWER_TIMEOUT).close()
        return True
    return False


def start_again(nanny):
    """Replace this process by a new one with the same command as soon as a scheduler is there."""
    scheduler = nanny.scheduler_addr
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    say(f"the scheduler {scheduler} has gone: waiting for it")
    while not must_stop(nanny):
        if is_reachable(scheduler):
            say("the scheduler is back: starting again")
            # A signal in the meantime waits until the new process can handle it.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            os.environ[STARTED_AGAIN] = "1"
            command = Path("/proc/self/cmdline").read_bytes().split(b"\0")[:-1]
            os.execv(sys.executable, command)  # noqa: S606
        time.sleep(0.5)


def say(message):
    """Write a line to the pod's log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} - worker - {message}", flush=True)
