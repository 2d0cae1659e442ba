"""Workers that are drained take tasks again when the handle that drains them is gone.

A handle may be killed and a laptop may sleep; then nobody would tell the workers to go on. So the
scheduler keeps a lease for each of them. A handle that lives renews it; when it runs out the
scheduler tells the worker to go on. It gets the code for that by value, for it need not have this
package.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from distributed.protocol.pickle import dumps

from dask_helm.cluster.ending import end

SECONDS = 30.0


class Lease:
    """Keeps workers, by their addresses, drained while it is entered.

    `again` drains them once more when it ran out all the same, as on a laptop that slept.
    """

    def __init__(
        self, comm: Any, addresses: tuple[str, ...], again: Callable[[], Awaitable[Any]]
    ) -> None:
        self._comm, self._again = comm, again
        self._given = {"owner": uuid.uuid4().hex, "addresses": list(addresses)}
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        if self._given["addresses"]:
            await self._hold(SECONDS)
            self._renewing = asyncio.ensure_future(self._renew())

    async def __aexit__(self, *error: object) -> None:
        if self._renewing:
            await end(self._renewing)
            with suppress(OSError):  # then it runs out
                await self._hold(0)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(SECONDS / 3)
            with suppress(OSError):
                if not await self._hold(SECONDS):
                    await self._again()

    async def _hold(self, seconds: float) -> bool:
        """Take the lease for so long, 0 to give it back; return whether it was still held."""
        given = dumps({**self._given, "seconds": seconds})
        asked = {"function": dumps(_holding()), "args": dumps(()), "kwargs": given}
        answer = await self._comm.run_function(**asked)
        return bool(answer.get("result"))


def resuming() -> Callable[..., None]:
    """Return what the scheduler runs to let workers take tasks again."""

    def resume(dask_scheduler: Any, addresses: list[str]) -> None:
        from time import time

        for address in addresses:
            worker = dask_scheduler.workers.get(address)
            if worker is not None and worker.status.name == "closing_gracefully":
                change = {"op": "worker-status-change", "status": "running"}
                stimulus = {"stimulus_id": f"resume-{time()}"}
                dask_scheduler.stream_comms[address].send(change | stimulus)

    return resume


def _holding() -> Callable[..., bool]:
    """Return what the scheduler runs to give a lease; whoever came last has it."""
    resume = resuming()

    def hold(dask_scheduler: Any, owner: str, addresses: list[str], seconds: float) -> bool:
        from asyncio import get_running_loop

        leases = dask_scheduler.task_metadata.setdefault("dask-helm-leases", {})
        own = [one for one in addresses if leases.get(one, {}).get("owner") == owner]
        lease = {"owner": owner}

        def end() -> None:
            over = [one for one in addresses if leases.get(one) is lease]
            for one in over:
                del leases[one]
            resume(dask_scheduler, over)

        if seconds:
            leases.update(dict.fromkeys(addresses, lease))
            get_running_loop().call_later(seconds, end)
        else:
            for one in own:
                del leases[one]
        return len(own) == len(addresses)

    return hold
