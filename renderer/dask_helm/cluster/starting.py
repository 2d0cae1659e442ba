"""Pods that are to come: watched in the background, so that what keeps them is told at once."""

import asyncio
from collections.abc import Callable
from typing import Any

from dask_helm.cluster.ending import end
from dask_helm.cluster.waiting import Waiter


class Starting:
    """Watches pools that were scaled up; `waiter` makes what waits and tells."""

    def __init__(self, waiter: Callable[[], Waiter]) -> None:
        self._waiter = waiter
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def expect(self, pool: str) -> None:
        """Watch until all wanted pods of a pool run, instead of what was wanted of it before."""
        self.forget(pool)
        task = self._tasks[pool] = asyncio.create_task(self._waiter().ready(pool))
        task.add_done_callback(_forgive)

    def forget(self, pool: str) -> None:
        """Watch a pool no more."""
        if task := self._tasks.pop(pool, None):
            task.cancel()

    async def settled(self) -> None:
        """Wait until nothing more is expected. Raises StartError or WaitError, each once."""
        while self._tasks:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            for pool in [name for name, task in self._tasks.items() if task.done()]:
                self._tasks.pop(pool).result()

    async def stop(self) -> None:
        """Watch no more."""
        await end(*self._tasks.values())


def _forgive(task: "asyncio.Task[Any]") -> None:
    """Take note of an error, which nobody need ask for: all of it was told."""
    if not task.cancelled():
        task.exception()
