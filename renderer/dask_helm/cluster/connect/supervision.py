"""Polls the scheduler for its workers, and detects its replacement.

With `distributed`, a scheduler reports new workers to only one observer, but a fixed cluster has
many. So it is polled, less often if it has many workers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from distributed.objects import SchedulerInfo

from dask_helm.cluster.tasks import end
from dask_helm.errors import ClusterError, LostError

Info = dict[str, Any]

_ANSWER_SECONDS = 20.0
_SURVEY_SECONDS = 10.0
_WORKERS_PER_SECOND = 200


class Supervisor:
    """Keeps `info`, the scheduler's last report, up to date.

    `tell` receives messages; `survey` is called regularly, for changes unknown to the scheduler.
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
        """Poll once, then regularly in the background."""
        self.info = await self._ask()
        await self._see()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop polling."""
        await end(self._task)

    async def refresh(self) -> Info:
        """Poll now. Raises LostError if the scheduler does not answer."""
        info = await self._ask()
        # Several calls may be answered at the same time; only the first one reports a change.
        before, self.info = self.info, info
        if info["id"] != before["id"]:
            self._tell(
                f"The scheduler of {self._name} was replaced. This handle is connected to the new "
                "one; earlier results are lost."
            )
        elif self.lost:
            self._tell(f"The scheduler of {self._name} answers again.")
        self.lost = False
        return self.info

    def forget_workers(self) -> None:
        """Assume that there are no workers until the scheduler answers again."""
        self.info = SchedulerInfo({**self.info, "workers": {}})

    async def _ask(self) -> Info:
        async def identity() -> Any:
            try:
                return await self._comm.identity()
            except OSError:  # the connection broke; the second call opens a new one
                return await self._comm.identity()

        try:
            answer = await asyncio.wait_for(identity(), _ANSWER_SECONDS)
        except (OSError, asyncio.TimeoutError) as error:
            reason = str(error) or f"no answer within {_ANSWER_SECONDS:.0f} s"
            raise LostError(
                f"The scheduler of {self._name} does not answer any more: {reason}"
            ) from error
        return SchedulerInfo(answer)  # type: ignore[no-any-return]

    async def _watch(self) -> None:
        while True:
            workers = len(self.info["workers"])
            await asyncio.sleep(max(self._interval, workers / _WORKERS_PER_SECOND))
            try:
                await self.refresh()
                if time.monotonic() - self._surveyed > _SURVEY_SECONDS:
                    await self._see()
            except LostError:
                self.lost = True

    async def _see(self) -> None:
        self._surveyed = time.monotonic()
        with suppress(ClusterError):
            await self._survey()
