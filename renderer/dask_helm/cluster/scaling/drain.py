"""Draining workers: their results move to other workers, then their queued tasks.

A worker that retires copies what only it holds, begins no more tasks and gives queued ones back.
Running tasks are waited for. Only when the pods are about to be removed are the workers removed at
the scheduler, so that unfinished tasks do not count as failures; from then on, nothing is undone.
"""

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from dask_helm.cluster.release.pools import Tell
from dask_helm.cluster.scaling import remote
from dask_helm.cluster.scaling.leases import Lease
from dask_helm.errors import LossError, hint
from dask_helm.text import counted, listed

_RETRY_SECONDS = 0.2
_WORKERS_PER_SECOND = 250
_LEAVE_ATTEMPTS = 50
# Of a worker's state only what it executes is needed; the rest may be large.
_EXCLUDED_STATE = (
    *("config", "data", "data_needed", "has_what", "in_flight_tasks", "in_flight_workers"),
    *("log", "logs", "missing_dep_flight", "plugins", "ready", "constrained", "stimulus_log"),
    *("task_counts", "task_cumulative_elapsed", "tasks", "thread_id", "transfer_incoming_log"),
    *("transfer_outgoing_log", "extensions", "metrics"),
)


@dataclass(frozen=True)
class Drain:
    """The draining of workers, given by their addresses."""

    comm: Any
    addresses: tuple[str, ...]
    tell: Tell
    force: bool = False

    def lease(self) -> Lease:
        """Return a lease that keeps the workers from taking tasks while this process lives."""
        return Lease(self.comm, self.addresses, partial(self._retire, remove=False))

    async def check(self, others: Collection[str]) -> None:
        """Raise LossError when results would be lost because there are no `others` to take them."""
        if others or self.force or not self.addresses:
            return
        held = await self.comm.has_what(workers=list(self.addresses))
        found = sorted({key for each in held.values() for key in each}, key=str)
        if not found:
            return
        nbytes = sum((await self.comm.nbytes(keys=found, summary=False)).values())
        keys = [str(key) for key in found]
        raise LossError(
            f"{counted(keys, 'result')} of {nbytes / 1e6:.1f} MB would be lost, because no worker "
            f"would be left to take them: {listed(keys)}",
            keys,
            hint=hint("Keep a worker, gather or release the results, or use {}", force=True),
        )

    async def finish_tasks(self, seconds: float) -> None:
        """Copy results to other workers and wait for running tasks, but not longer than `seconds`.

        Raises LossError when results cannot be copied.
        """
        deadline = time.monotonic() + seconds
        await self._copy()
        await self._give_back()
        is_reported = False
        while running := await self._running():
            tasks = f"{counted(running, 'running task')} ({listed(running)})"
            if time.monotonic() > deadline:
                return self.tell(
                    f"After {seconds:.0f} s, there are still {tasks}; they start again on other "
                    "workers"
                )
            if not is_reported:
                self.tell(f"Waiting for {tasks}")
                is_reported = True
            pause = max(_RETRY_SECONDS, len(self.addresses) / _WORKERS_PER_SECOND)
            await asyncio.sleep(pause)
            await self._give_back()
        return await self._copy()

    async def leave(self) -> None:
        """Remove the workers at the scheduler. Raises LossError when results are only on them."""
        for _ in range(_LEAVE_ATTEMPTS):
            await self._copy()
            keys = [] if self.force else await self._only_here()
            if not keys:
                return await self._copy(remove=True)
            await asyncio.sleep(_RETRY_SECONDS)
        raise LossError(
            f"Only workers that leave, these or others, hold {counted(keys, 'result')}: "
            f"{listed(keys)}. Scale again when the others have left",
            keys,
        )

    async def resume(self, addresses: list[str]) -> None:
        """Let some of the workers take tasks again."""
        if addresses:
            asked = remote.shipped(remote.resume, addresses=addresses)
            await self.comm.run_function(**asked)

    async def _give_back(self) -> None:
        """Let the workers give queued tasks back; late ones are given back when workers leave."""
        if self.addresses:
            asked = remote.shipped(remote.give_back, addresses=list(self.addresses))
            await self._each(list(self.addresses), op="run", **asked)

    async def _copy(self, remove: bool = False) -> None:
        done = await self._retire(remove)
        stuck = [one for one in self.addresses if one not in done]
        known = await self.comm.has_what(workers=stuck) if stuck else {}
        keys = sorted({str(key) for each in known.values() for key in each})
        if keys and not self.force:
            raise LossError(
                f"{counted(keys, 'result')} cannot be copied from {', '.join(known)}, because no "
                f"other worker takes them: {listed(keys)}. Other workers may be paused",
                keys,
                hint=hint("Use {} to continue and lose them", force=True),
            )

    async def _only_here(self) -> list[str]:
        """Return the results that no staying worker holds; other workers may be leaving as well."""
        held = await self.comm.has_what(workers=list(self.addresses))
        keys = {key for each in held.values() for key in each}
        holders = await self.comm.who_has(keys=list(keys)) if keys else {}
        known = (await self.comm.identity())["workers"].items()
        staying = {one for one, worker in known if worker.get("status", "running") == "running"}
        return [str(key) for key, addresses in holders.items() if not staying & set(addresses)]

    async def _retire(self, remove: bool) -> dict[str, Any]:
        if not self.addresses:
            return {}
        done: dict[str, Any] = await self.comm.retire_workers(
            workers=list(self.addresses), remove=remove, close_workers=False
        )
        return done

    async def _running(self) -> list[str]:
        """Return the tasks that run, without those that wait in the workers."""
        given = await self._processing(list(self.addresses))
        busy = [address for address, keys in given.items() if keys]
        if not busy:
            return []
        stacks = await self._each(busy, op="call_stack")
        if seen := [str(key) for keys in stacks.values() for key in keys]:
            return seen
        # The workers' own state also knows coroutines, but costs them more.
        states = (await self._each(busy, op="dump_state", exclude=_EXCLUDED_STATE)).values()
        names = ("executing", "long_running")
        return [str(key) for one in states for name in names for key in one.get(name, ())]

    async def _processing(self, addresses: list[str]) -> dict[str, Any]:
        """Return the tasks that workers were given, by address, without workers that have left."""
        try:
            return dict(await self.comm.processing(workers=addresses)) if addresses else {}
        except KeyError:  # one has left
            known = await self.comm.ncores()
            return await self._processing([one for one in addresses if one in known])

    async def _each(self, workers: list[str], **message: Any) -> dict[str, Any]:
        """Send workers a message through the scheduler; those that have left do not answer."""
        asked = {"msg": message, "workers": workers, "on_error": "ignore"}
        answers: dict[str, Any] = await self.comm.broadcast(**asked)
        return answers
