"""Watching the scheduler: what it knows of its workers, and whether it is still the same one.

`distributed` would have the scheduler report new workers, but a scheduler reports to one observer
only, and a fixed cluster has many. So it is asked, less often the more workers there are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from distributed.objects import SchedulerInfo

from dask_helm.cluster.ending import end
from dask_helm.errors import ClusterError, LostError

Info = dict[str, Any]

_PATIENCE = 20.0
_WORKERS_A_SECOND = 200
_SURVEY = 10.0


class Supervisor:
    """Keeps `info`, what the scheduler last told of itself, up to date.

    `tell` gets news; `survey` is done now and then, to see more than the scheduler knows.
    """

    def __init__(
        self,
        comm: Any,
        interval: float,
        name: str,
        tell: Callable[[str], None],
        survey: Callable[[], Awaitable[Any]],
    ) -> None:
        self._comm, self._interval, self._name, self._tell = comm, interval, name, tell
        self._survey, self._surveyed = survey, 0.0
        self._task: asyncio.Task[None] | None = None
        self.info: Info = {"workers": {}}
        self.lost = False

    async def start(self) -> None:
        """Ask once, then again and again in the background."""
        self.info = await self._ask()
        await self._see()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ask no more."""
        await end(self._task)

    async def refresh(self) -> Info:
        """Ask now. Raises LostError when the scheduler does not answer."""
        info = await self._ask()
        # Several may have asked at the same time: the first that is answered tells of it.
        before, self.info = self.info, info
        if info["id"] != before["id"]:
            self._tell(f"The scheduler of {self._name} was replaced. {_REPLACED}")
        elif self.lost:
            self._tell(f"The scheduler of {self._name} can be reached again.")
        self.lost = False
        return self.info

    def forget_workers(self) -> None:
        """Take note that no worker is known to be there."""
        self.info = SchedulerInfo({**self.info, "workers": {}})

    async def _ask(self) -> Info:
        try:
            answer = await asyncio.wait_for(self._identity(), _PATIENCE)
        except (OSError, asyncio.TimeoutError) as error:
            raise LostError(f"the scheduler of {self._name} does not answer: {error}") from error
        return SchedulerInfo(answer)  # type: ignore[no-any-return]

    async def _identity(self) -> Any:
        """Ask once more when the connection breaks in the middle, for there may be another way."""
        try:
            return await self._comm.identity()
        except OSError:
            return await self._comm.identity()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._pause())
            try:
                await self.refresh()
                if time.monotonic() - self._surveyed > _SURVEY:
                    await self._see()
            except LostError:
                self.lost = True

    async def _see(self) -> None:
        self._surveyed = time.monotonic()
        with suppress(ClusterError):
            await self._survey()

    def _pause(self) -> float:
        return max(self._interval, len(self.info["workers"]) / _WORKERS_A_SECOND)


_REPLACED = "This handle is connected to the new one; results of before are gone."
