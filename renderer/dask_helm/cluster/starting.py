"""Pods that are to come: watched in the background, so that what keeps them is told at once."""

import asyncio
from collections.abc import Callable
from typing import Any

from dask_helm.cluster.ending import end
from dask_helm.cluster.waiting import Waiter


class Starting:
    """Watches the pool that was scaled up last; `waiter` makes what waits and tells."""

    def __init__(self, waiter: Callable[[], Waiter]) -> None:
        self._waiter = waiter
        self._task: asyncio.Task[Any] | None = None

    def expect(self, group: str | None) -> None:
        """Watch until all wanted pods of a pool run, instead of what was watched before."""
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._waiter().ready(group))
        self._task.add_done_callback(_forgive)

    async def settled(self) -> None:
        """Wait until nothing more is expected. Raises StartError or WaitError."""
        if self._task:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Watch no more."""
        await end(self._task)


def _forgive(task: "asyncio.Task[Any]") -> None:
    """Take note of an error, which nobody need ask for: all of it was told."""
    if not task.cancelled():
        task.exception()
