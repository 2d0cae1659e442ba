import asyncio
import gc
from contextlib import suppress

import pytest
from dask_helm.cluster import tasks as module
from dask_helm.cluster.tasks import end


async def for_ever(losing: int) -> None:
    """Run until cancelled once more than so many times."""
    for _ in range(losing):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
    await asyncio.sleep(60)


async def failing() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("losing", [0, 1, 2])
def test_a_task_that_loses_cancellations_ends_as_well(
    losing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CANCEL_SECONDS", 0.05)

    async def check() -> None:
        tasks = [asyncio.create_task(for_ever(losing)), asyncio.create_task(failing())]
        await asyncio.sleep(0.01)
        await asyncio.wait_for(end(None, *tasks), 50)
        assert tasks[0].cancelled()
        assert isinstance(tasks[1].exception(), ZeroDivisionError)

    asyncio.run(check())


def test_what_a_task_failed_with_is_not_printed_when_it_is_forgotten() -> None:
    noted: list[object] = []

    async def check() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: noted.append(context))
        task = asyncio.create_task(failing())
        await asyncio.sleep(0.01)
        await end(task)
        del task
        gc.collect()

    asyncio.run(check())
    assert noted == []
