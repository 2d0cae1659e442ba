"""Work for a cluster; its functions are nested, because workers cannot import this module."""

import hashlib
from collections.abc import Callable
from typing import Any

from distributed import Client, Future

from harness import observation

# The steps of the old handle's tests: number of pods, pool, and number of workers afterwards.
OLD = ((4, "default", 4), (3, "default", 3), (2, "other", 5), (0, "other", 3))


def random_bytes(size: int) -> Callable[[int], bytes]:
    """Return a function that returns `size` random bytes, different ones in each call."""

    def function(_: int) -> bytes:
        import os

        return os.urandom(size)

    return function


def slow(seconds: float) -> Callable[..., str]:
    """Return a function that sleeps for some seconds and returns the name of its worker.

    It ends early when its task is cancelled: Dask does not stop it, and its thread would be busy
    in the tests that follow.
    """

    def function(*_: Any) -> str:
        import time

        from distributed import get_worker

        worker = get_worker()
        task = worker.state.tasks[worker.get_current_task()]
        end = time.monotonic() + seconds
        while task.state != "cancelled" and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
        return str(worker.name)

    return function


def busy() -> Any:
    """Return a coroutine that keeps its event loop busy so many times for so long."""

    async def busy(times: int, seconds: int) -> None:
        import asyncio
        import time

        for _ in range(times):
            time.sleep(seconds)
            await asyncio.sleep(0)

    return busy


def digest(data: bytes) -> str:
    """Return a hash of the data."""
    return hashlib.sha256(data).hexdigest()


def digests(client: Client, futures: list[Future]) -> list[str]:
    """Return digests computed where the data is; data that is computed again has another digest."""

    def function(data: bytes) -> str:
        import hashlib

        return hashlib.sha256(data).hexdigest()

    found: list[str] = client.gather(client.map(function, futures, pure=False))
    return found


def suspicious(client: Client) -> int:
    """Return how often tasks were marked as suspicious because their worker died."""

    def function(dask_scheduler: Any) -> int:
        return sum(task.suspicious for task in dask_scheduler.tasks.values())

    return int(client.run_on_scheduler(function))


def forgive_nothing() -> Callable[..., None]:
    """Return a function that makes a scheduler fail a task at its first suspicious mark."""

    def function(dask_scheduler: Any) -> None:
        dask_scheduler.allowed_failures = 0

    return function


def statuses(client: Client) -> set[str]:
    """Return the set of the workers' statuses."""
    return {worker["status"] for worker in observation.workers(client).values()}
