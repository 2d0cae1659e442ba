"""Watching the scheduler: what it knows of its workers, and whether it is still the same one.

`distributed` would have the scheduler report new workers, but a scheduler reports to one observer
only, and a fixed cluster has many. So it is asked, less often the more workers there are.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed.objects import SchedulerInfo

Info = dict[str, Any]

_PATIENCE = 20.0
_WORKERS_A_SECOND = 200


class Supervisor:
    """Keeps `info`, what the scheduler last told of itself, up to date; `tell` gets news."""

    def __init__(self, comm: Any, interval: float, name: str, tell: Callable[[str], None]) -> None:
        self._comm, self._interval, self._name, self._tell = comm, interval, name, tell
        self._task: asyncio.Task[None] | None = None
        self.info: Info = {"workers": {}}
        self.lost = False

    async def start(self) -> None:
        """Ask once, then again and again in the background."""
        self.info = await self._ask()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ask no more."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def refresh(self) -> Info:
        """Ask now. Raises OSError when the scheduler does not answer."""
        before, self.info = self.info, await self._ask()
        if self.info["id"] != before["id"]:
            self._tell(f"The scheduler of {self._name} was replaced. {_REPLACED}")
        elif self.lost:
            self._tell(f"The scheduler of {self._name} can be reached again.")
        self.lost = False
        return self.info

    async def _ask(self) -> Info:
        try:
            answer = await asyncio.wait_for(self._comm.identity(), _PATIENCE)
        except asyncio.TimeoutError as error:
            raise OSError(f"the scheduler of {self._name} does not answer") from error
        return SchedulerInfo(answer)  # type: ignore[no-any-return]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._pause())
            try:
                await self.refresh()
            except OSError:
                self.lost = True

    def _pause(self) -> float:
        return max(self._interval, len(self.info["workers"]) / _WORKERS_A_SECOND)


_REPLACED = "This handle is connected to the new one; results of before are gone."
