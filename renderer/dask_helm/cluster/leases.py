"""Workers that are drained take tasks again when the handle that drains them is gone.

A handle may be killed and a laptop may sleep; then nobody would tell the workers to go on. So the
scheduler keeps a lease for each of them. A handle that lives renews it; when it runs out the
scheduler tells the worker to go on.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from dask_helm.cluster import remote
from dask_helm.cluster.ending import end
from dask_helm.cluster.shipping import shipped

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
        asked = shipped(remote.hold, **self._given, seconds=seconds)
        answer = await self._comm.run_function(**asked)
        return bool(answer.get("result"))
