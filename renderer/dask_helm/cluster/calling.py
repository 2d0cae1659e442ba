"""Calls to the scheduler that may be interrupted at any time.

`distributed` leaves a socket behind when a call is interrupted that was still opening a connection.
Here the connection is opened all the same, and closed with the others.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from distributed.core import rpc

from dask_helm.cluster.ending import end
from dask_helm.errors import ClusterError, LostError

_PATIENCE = 1.0

Opening = asyncio.Task[Any]


class Calls(rpc):  # type: ignore[misc]  # distributed has no types
    """The scheduler's functions as coroutines: `await calls.identity()`."""

    def __init__(self, address: str, connection_args: dict[str, Any]) -> None:
        super().__init__(address, connection_args=connection_args)
        self._opening: set[Opening] = set()

    async def live_comm(self) -> Any:
        """Return a connection that nobody uses, an open one or a new one."""
        opening = asyncio.ensure_future(super().live_comm())
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._give_back)
            raise

    def _give_back(self, opening: Opening) -> None:
        with suppress(OSError, asyncio.CancelledError):
            self.comms[opening.result()] = True

    async def close_rpc(self) -> Any:
        """Close all connections, those too that are only being opened."""
        if self._opening:
            _, late = await asyncio.wait(set(self._opening), timeout=_PATIENCE)
            await end(*late)
        return await super().close_rpc()


@contextmanager
def answered() -> Iterator[None]:
    """Turn what is left of a broken connection with the scheduler into a LostError."""
    try:
        yield
    except ClusterError:
        raise
    except OSError as error:
        raise LostError(f"the scheduler does not answer any more: {error}") from error
