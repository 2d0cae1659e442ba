"""Pools that are scaled up, and what awaiting them gives."""

import asyncio
from collections.abc import Callable

import pytest
from dask_helm.cluster.observe.wait import Starting
from dask_helm.errors import StartError


class Waiter:
    """Waits until a pool is let go, or fails as it is told to."""

    def __init__(self) -> None:
        self.ends: dict[str | None, asyncio.Future[None]] = {}

    async def ready(self, group: str | None) -> None:
        self.ends[group] = asyncio.get_running_loop().create_future()
        await self.ends[group]


async def begun(job: Callable[[], None]) -> None:
    job()
    await asyncio.sleep(0)


def test_all_pools_are_waited_for_and_not_only_the_last() -> None:
    async def scenario() -> None:
        waiter = Waiter()
        starting = Starting(lambda: waiter)  # type: ignore[arg-type,return-value]
        for pool in ("a", "b"):
            await begun(lambda pool=pool: starting.expect(pool))  # type: ignore[misc]
        settled = asyncio.ensure_future(starting.settled())
        waiter.ends["b"].set_result(None)
        await asyncio.sleep(0.05)
        assert not settled.done()
        waiter.ends["a"].set_result(None)
        await asyncio.wait_for(settled, 60)

    asyncio.run(scenario())


def test_what_fails_is_told_once_and_not_when_the_pool_was_scaled_again() -> None:
    async def scenario() -> None:
        waiter = Waiter()
        starting = Starting(lambda: waiter)  # type: ignore[arg-type,return-value]
        await begun(lambda: starting.expect("a"))
        waiter.ends["a"].set_exception(StartError("no", []))
        with pytest.raises(StartError):
            await starting.settled()
        await asyncio.wait_for(starting.settled(), 60)

        await begun(lambda: starting.expect("a"))
        waiter.ends["a"].set_exception(StartError("no", []))
        await begun(lambda: starting.forget("a"))
        await asyncio.wait_for(starting.settled(), 60)

    asyncio.run(scenario())


def test_who_waits_is_not_disturbed_by_a_pool_that_is_scaled_again() -> None:
    async def scenario() -> None:
        waiter = Waiter()
        starting = Starting(lambda: waiter)  # type: ignore[arg-type,return-value]
        await begun(lambda: starting.expect("a"))
        settled = asyncio.ensure_future(starting.settled())
        await begun(lambda: starting.expect("a"))
        await asyncio.sleep(0.05)
        assert not settled.done()
        waiter.ends["a"].set_result(None)
        await asyncio.wait_for(settled, 60)

    asyncio.run(scenario())
