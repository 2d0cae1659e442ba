"""Calls to the scheduler that can be cancelled at any time.

`distributed` leaks a socket if a call is cancelled while it opens a connection. Here, such a
connection is kept, and closed with the others.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from distributed.core import rpc

from dask_helm.cluster.tasks import end
from dask_helm.errors import ClusterError, LostError

_OPENING_SECONDS = 1.0

Opening = asyncio.Task[Any]


class Calls(rpc):  # type: ignore[misc]  # distributed has no types
    """The scheduler's operations as coroutines: `await calls.identity()`."""

    def __init__(self, address: str, connection_args: dict[str, Any]) -> None:
        super().__init__(address, connection_args=connection_args)
        self._opening: set[Opening] = set()

    async def live_comm(self) -> Any:
        """Return an idle connection, or a new one."""
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
        """Close all connections, including those that are being opened."""
        if self._opening:
            _, late = await asyncio.wait(set(self._opening), timeout=_OPENING_SECONDS)
            await end(*late)
        return await super().close_rpc()


@contextmanager
def answered() -> Iterator[None]:
    """Convert failures of the connection to the scheduler to LostError."""
    try:
        yield
    except ClusterError:
        raise
    except OSError as error:
        raise LostError(f"The scheduler does not answer any more: {error}") from error
