"""The end of tasks that run in the background."""

import asyncio
from typing import Any

_PATIENCE = 1.0


async def end(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel tasks and wait until they have ended, whatever they end with.

    One cancellation is not enough: `asyncio.wait_for` loses it, before Python 3.12, when what it
    waits for is done at that moment.
    """
    running = {task for task in tasks if task and not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_PATIENCE)
    for task in filter(None, tasks):
        # Asked for, or else it would be printed when the task is forgotten.
        task.cancelled() or task.exception()
