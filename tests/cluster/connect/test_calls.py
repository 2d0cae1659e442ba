"""Calls that are interrupted leave nothing behind."""

import asyncio
import gc
from typing import Any

import pytest
from dask_helm.cluster.connect.calls import Calls
from distributed import Scheduler

from harness.handles import sockets

LOCAL: dict[str, Any] = {"dashboard_address": ":0", "host": "127.0.0.1"}


@pytest.mark.parametrize("turns", range(8))
def test_interrupted_while_a_connection_is_opened(turns: int) -> None:
    """After so many turns of the event loop; a socket that is lost is a warning, so an error."""

    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            before = sockets()
            calls = Calls(scheduler.address, {})
            call = asyncio.ensure_future(calls.identity())
            for _ in range(turns):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait([call])
            await calls.close_rpc()
            await _until(lambda: sockets() <= before)

    asyncio.run(scenario())
    gc.collect()


def test_what_was_opened_in_vain_is_used_by_the_next() -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            calls = Calls(scheduler.address, {})
            call = asyncio.ensure_future(calls.identity())
            await asyncio.sleep(0)
            call.cancel()
            await _until(lambda: list(calls.comms.values()) == [True])
            assert (await calls.identity())["id"] == scheduler.id
            assert len(calls.comms) == 1
            await calls.close_rpc()

    asyncio.run(scenario())


def test_closing_does_not_wait_for_one_who_does_not_answer() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(silence, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            calls = Calls(f"tcp://127.0.0.1:{port}", {})
            call = asyncio.ensure_future(calls.identity())
            await asyncio.sleep(0.1)
            call.cancel()
            await asyncio.wait_for(calls.close_rpc(), 60)
            await asyncio.sleep(0.1)

    asyncio.run(scenario())


async def _until(condition: Any) -> None:
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError
