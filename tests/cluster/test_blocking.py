"""Waiting for an event loop in another thread, which may be interrupted at any moment."""

import asyncio
import gc
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest
from dask_helm.cluster import tasks
from distributed.utils import LoopRunner

from harness.waiting import until


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    runner = LoopRunner(asynchronous=False)
    runner.start()
    yield runner.loop.asyncio_loop
    runner.stop()


class Work:
    """Takes longer than anybody waits, and notes how far it has come."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self) -> None:
        self.seen.append("begun")
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            self.seen.append("cancelled")
            raise


def interrupt(after: float) -> None:
    """Press Ctrl-C a little later: the main thread gets the signal, whatever it waits for."""
    main = threading.main_thread().ident
    assert main
    threading.Timer(after, signal.pthread_kill, [main, signal.SIGINT]).start()


def test_results_and_errors(loop: asyncio.AbstractEventLoop) -> None:
    assert tasks.result(loop, asyncio.sleep(0.01, "done")) == "done"
    with pytest.raises(ZeroDivisionError):
        tasks.result(loop, _fails())


async def _fails() -> None:
    raise ZeroDivisionError


def test_what_is_interrupted_is_cancelled(loop: asyncio.AbstractEventLoop) -> None:
    work = Work()
    interrupt(0.2)
    with pytest.raises(KeyboardInterrupt):
        tasks.result(loop, work())
    until(lambda: work.seen == ["begun", "cancelled"], pause=0.01)


def test_errors_of_what_was_interrupted_are_nobodys(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()

    async def fails() -> None:
        try:
            await asyncio.sleep(600)
        finally:
            ended.set()
            raise ZeroDivisionError

    interrupt(0.2)
    with pytest.raises(KeyboardInterrupt):
        tasks.result(loop, fails())
    assert ended.wait(300)
    tasks.result(loop, asyncio.sleep(0))
    gc.collect()
    assert caplog.text == ""


def test_interrupted_before_the_loop_has_begun(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work()
    loop.call_soon_threadsafe(time.sleep, 1)
    interrupt(0.2)
    with pytest.raises(KeyboardInterrupt):
        tasks.result(loop, work())
    assert tasks.result(loop, asyncio.sleep(0, "it goes on")) == "it goes on"
    assert work.seen in ([], ["begun", "cancelled"])
    assert caplog.text == ""


def test_cancelled_by_another(loop: asyncio.AbstractEventLoop) -> None:
    async def itself() -> None:
        task = asyncio.current_task()
        assert task
        task.cancel()
        await asyncio.sleep(600)

    with pytest.raises(CancelledError):
        tasks.result(loop, itself())
