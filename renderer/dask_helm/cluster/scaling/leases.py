"""Lets drained workers take tasks again if the handle that drains them disappears.

A handle can be killed, and a laptop can sleep. So the scheduler keeps a lease for each drained
worker, which the handle renews; when it expires, the scheduler lets the worker take tasks again.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from dask_helm.cluster.scaling import remote
from dask_helm.cluster.tasks import end

LEASE_SECONDS = 30.0


class Lease:
    """A context manager that keeps workers drained.

    `again` drains them once more if the lease has expired, as on a laptop that slept.
    """

    def __init__(
        self, comm: Any, addresses: tuple[str, ...], again: Callable[[], Awaitable[Any]]
    ) -> None:
        self._comm, self._again = comm, again
        self._given = {"owner": uuid.uuid4().hex, "addresses": list(addresses)}
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        if self._given["addresses"]:
            await self._hold(LEASE_SECONDS)
            self._renewing = asyncio.ensure_future(self._renew())

    async def __aexit__(self, *error: object) -> None:
        if self._renewing:
            await end(self._renewing)
            with suppress(OSError):  # then it expires
                await self._hold(0)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(OSError):
                if not await self._hold(LEASE_SECONDS):
                    await self._again()

    async def _hold(self, seconds: float) -> bool:
        """Take the lease or, with 0, end it; return whether it was still held."""
        asked = remote.shipped(remote.hold, **self._given, seconds=seconds)
        answer = await self._comm.run_function(**asked)
        return bool(answer.get("result"))
