"""Work for a cluster: functions are made where they are used, for workers cannot import tests."""

import hashlib
from collections.abc import Callable
from typing import Any

from distributed import Client, Future

from tests.e2e import observing

# What the old handle's tests asked for: a number of pods, a pool, and how many workers are then.
OLD = ((4, "default", 4), (3, "default", 3), (2, "other", 5), (0, "other", 3))


def random_bytes(size: int) -> Callable[[int], bytes]:
    """Return a function that gives so many bytes, other ones each time."""

    def function(_: int) -> bytes:
        import os

        return os.urandom(size)

    return function


def slow(seconds: float) -> Callable[..., str]:
    """Return a function that takes so long and gives the name of its worker."""

    def function(*_: Any) -> str:
        import time

        from distributed import get_worker

        time.sleep(seconds)
        return str(get_worker().name)

    return function


def digest(data: bytes) -> str:
    """Return what tells data from other data."""
    return hashlib.sha256(data).hexdigest()


def digests(client: Client, futures: list[Future]) -> list[str]:
    """Return digests made where the data is: data that is made again has others."""

    def function(data: bytes) -> str:
        import hashlib

        return hashlib.sha256(data).hexdigest()

    found: list[str] = client.gather(client.map(function, futures, pure=False))
    return found


def suspicious(client: Client) -> int:
    """Return how often tasks were marked because their worker died."""

    def function(dask_scheduler: Any) -> int:
        return sum(task.suspicious for task in dask_scheduler.tasks.values())

    return int(client.run_on_scheduler(function))


def forgive_nothing() -> Callable[..., None]:
    """Return what makes a scheduler fail a task with its first mark."""

    def function(dask_scheduler: Any) -> None:
        dask_scheduler.allowed_failures = 0

    return function


def statuses(client: Client) -> set[str]:
    """Return the states that workers are in."""
    return {worker["status"] for worker in observing.workers(client).values()}
