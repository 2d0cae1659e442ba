"""Workers hand over what they hold: results to others, then queued tasks, too.

A worker that retires copies what only it holds, begins no more tasks and gives queued ones back.
Running ones are waited for. Only when the pods are really to go are the workers removed at the
scheduler, so that what they leave undone is no failure; from then on there is no way back.
"""

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from dask_helm.cluster import remote
from dask_helm.cluster.leases import Lease
from dask_helm.cluster.listing import listed
from dask_helm.cluster.shipping import shipped
from dask_helm.cluster.waiting import Tell
from dask_helm.errors import LossError

_PAUSE = 0.2
_WORKERS_A_SECOND = 250
_ATTEMPTS = 50
# Of a worker's state only what it executes is wanted; the rest may be large.
_NOT_WANTED = (
    *("config", "data", "data_needed", "has_what", "in_flight_tasks", "in_flight_workers"),
    *("log", "logs", "missing_dep_flight", "plugins", "ready", "constrained", "stimulus_log"),
    *("task_counts", "task_cumulative_elapsed", "tasks", "thread_id", "transfer_incoming_log"),
    *("transfer_outgoing_log", "extensions", "metrics"),
)


@dataclass(frozen=True)
class Drain:
    """Workers, by their addresses, that are to hand over what they hold."""

    comm: Any
    addresses: tuple[str, ...]
    tell: Tell
    force: bool = False

    def lease(self) -> Lease:
        """Return what keeps the workers from taking tasks as long as this process lives."""
        return Lease(self.comm, self.addresses, partial(self._retire, remove=False))

    async def check(self, others: Collection[str]) -> None:
        """Raise LossError when results would be lost, for none of the `others` is there."""
        if others or self.force or not self.addresses:
            return
        held = await self.comm.has_what(workers=list(self.addresses))
        keys = sorted({str(key) for each in held.values() for key in each})
        if keys:
            raise LossError(await self._loss(keys, held), keys)

    async def _loss(self, keys: list[str], held: dict[str, Any]) -> str:
        found = sorted({key for each in held.values() for key in each}, key=str)
        nbytes = sum((await self.comm.nbytes(keys=found, summary=False)).values())
        return (
            f"{_counted(keys, 'result')} of {nbytes / 1e6:.1f} MB would be lost, for no worker "
            f"would be left to take them: {listed(keys)}. Keep a worker, gather or release them, "
            "or write force=True"
        )

    async def finish_tasks(self, seconds: float) -> None:
        """Copy results away and wait until nothing runs any more, at most so long.

        Raises LossError when results cannot be copied; then the workers take tasks again.
        """
        deadline = time.monotonic() + seconds
        await self._copy()
        await self._give_back()
        told = False
        while running := await self._running():
            if time.monotonic() > deadline:
                return self.tell(f"{_tasks(running)} still running after {seconds:.0f} s; {_AGAIN}")
            if not told:
                self.tell(f"Waiting for {_tasks(running)}")
                told = True
            await asyncio.sleep(max(_PAUSE, len(self.addresses) / _WORKERS_A_SECOND))
            await self._give_back()
        return await self._copy()

    async def _give_back(self) -> None:
        """Let the workers give back what is queued in them; what comes late goes when they do."""
        if self.addresses:
            asked = shipped(remote.give_back, addresses=list(self.addresses))
            await self._each(list(self.addresses), op="run", **asked)

    async def _copy(self, remove: bool = False) -> None:
        done = await self._retire(remove)
        stuck = [one for one in self.addresses if one not in done]
        known = await self.comm.has_what(workers=stuck) if stuck else {}
        keys = sorted({str(key) for each in known.values() for key in each})
        if keys and not self.force:
            raise LossError(
                f"{_counted(keys, 'result')} could not be copied from {', '.join(known)}, for no "
                f"other worker takes them: {listed(keys)}. Are the others paused? force=True "
                "goes on and loses them",
                keys,
            )

    async def leave(self) -> None:
        """Take the workers out of the scheduler. Raises LossError as above."""
        for _ in range(_ATTEMPTS):
            await self._copy()
            keys = [] if self.force else await self._only_here()
            if not keys:
                return await self._copy(remove=True)
            await asyncio.sleep(_PAUSE)
        raise LossError(
            f"{_counted(keys, 'result')} are only on workers that leave, these and others: "
            f"{listed(keys)}. Scale again when the others are gone",
            keys,
        )

    async def _only_here(self) -> list[str]:
        """Return the results that no worker has which stays; others may be leaving as well."""
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

    async def resume(self) -> None:
        """Let the workers take tasks again."""
        if not self.addresses:
            return
        await self.comm.run_function(**shipped(remote.resume, addresses=list(self.addresses)))

    async def _running(self) -> list[str]:
        """Return the tasks that run, not those that only wait in the workers."""
        given = await _processing(self.comm, list(self.addresses))
        busy = [address for address, keys in given.items() if keys]
        if not busy:
            return []
        stacks = await self._each(busy, op="call_stack")
        seen = [str(key) for keys in stacks.values() for key in keys]
        return seen or await self._executing(busy)

    async def _executing(self, workers: list[str]) -> list[str]:
        """Ask the workers' own records, which know coroutines, too; it costs them more."""
        states = await self._each(workers, op="dump_state", exclude=_NOT_WANTED)
        names = ("executing", "long_running")
        return [str(key) for one in states.values() for name in names for key in one.get(name, ())]

    async def _each(self, workers: list[str], **message: Any) -> dict[str, Any]:
        """Ask workers by way of the scheduler; those that have gone do not answer."""
        asked = {"msg": message, "workers": workers, "on_error": "ignore"}
        answers: dict[str, Any] = await self.comm.broadcast(**asked)
        return answers


async def _processing(comm: Any, addresses: list[str]) -> dict[str, Any]:
    """Return the tasks that workers have been given, by address; of those there still are."""
    try:
        return dict(await comm.processing(workers=addresses)) if addresses else {}
    except KeyError:  # one has gone
        known = await comm.ncores()
        return await _processing(comm, [one for one in addresses if one in known])


_AGAIN = "they start again on other workers"


def _tasks(running: list[str]) -> str:
    return f"{_counted(running, 'running task')} ({listed(running)})"


def _counted(things: list[str], name: str) -> str:
    return f"{len(things)} {name}" + ("s" if len(things) != 1 else "")
