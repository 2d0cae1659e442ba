"""A worker whose scheduler has gone starts again in its container, as processes of this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client

from harness.waiting import until
from tests.paths import CHART
from tests.ports import free_ports

PRELOAD = CHART / "files" / "dask_helm_restart.py"
DASK = str(Path(sys.executable).with_name("dask"))
Process = subprocess.Popen[str]
LIMIT = 300  # seconds, after which something hangs


class Pair:
    """A scheduler that can be replaced, and a worker with its nanny."""

    def __init__(self, folder: Path, with_scheduler: bool = True) -> None:
        (self.port,) = free_ports(1)
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self._folder = folder
        self._running: list[Process] = []
        self.scheduler: Process
        if with_scheduler:
            self.start_scheduler()
        place = [f"--local-directory={folder}", "--name=w", "--no-dashboard", "--nthreads=1"]
        self.worker = self._start("worker", self.address, *place, f"--preload-nanny={PRELOAD}")

    def start_scheduler(self) -> Process:
        where = ["--host=127.0.0.1", f"--port={self.port}", "--dashboard-address=:0"]
        self.scheduler = self._start("scheduler", *where)
        return self.scheduler

    def _start(self, *arguments: str) -> Process:
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",  # into the chart
            "POD_NAME": "w",
            "DRAIN_FOLDER": str(self._folder),
        }
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [DASK, *arguments], env=environment, stdout=log, stderr=log, text=True
            )
        self._running.append(process)
        return process

    def begin_hook(self) -> None:
        """Do what drain.sh does first."""
        (self._folder / "dask-helm-leaving-w").touch()

    def compute(self) -> int:
        with Client(self.address, timeout=LIMIT) as client:
            client.wait_for_workers(1, timeout=LIMIT)
            return int(client.submit(sum, [1, 2]).result(LIMIT))

    def says(self, text: str) -> Callable[[], bool]:
        return lambda: text in self.log.read_text()

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    try:
        assert pair.compute() == 3
        yield pair
    finally:
        pair.end()


def test_it_waits_for_another_scheduler_each_time(pair: Pair) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        pair.scheduler.send_signal(number)
        pair.scheduler.wait(LIMIT)
        until(pair.says("has gone: waiting for it"))
        pair.start_scheduler()
        assert pair.compute() == 3
        assert pair.worker.poll() is None, "the same process"
        pair.log.write_text("")


def test_a_scheduler_that_is_back_at_once(pair: Pair) -> None:
    """It has another identifier."""
    os.kill(pair.worker.pid, signal.SIGSTOP)
    pair.scheduler.kill()
    pair.scheduler.wait(LIMIT)
    pair.start_scheduler()
    with Client(pair.address, timeout=LIMIT):
        os.kill(pair.worker.pid, signal.SIGCONT)
    assert pair.compute() == 3
    assert pair.worker.poll() is None


@pytest.mark.parametrize("by_hook", [False, True])
def test_it_stops_while_it_waits(pair: Pair, by_hook: bool) -> None:
    pair.scheduler.kill()
    until(pair.says("has gone: waiting for it"))
    if by_hook:
        pair.begin_hook()
    else:
        pair.worker.terminate()
    assert pair.worker.wait(LIMIT) == 0


@pytest.mark.parametrize("moment", ["Run preload teardown", "End worker"])
def test_it_stops_together_with_the_scheduler(pair: Pair, moment: str) -> None:
    """As after `helm uninstall`."""
    pair.scheduler.kill()
    until(pair.says(moment), pause=0.01)
    pair.worker.terminate()
    pair.worker.wait(LIMIT)


@pytest.mark.parametrize("by_hook", [False, True])
def test_a_worker_that_is_removed_on_purpose_ends(pair: Pair, by_hook: bool) -> None:
    with Client(pair.address, timeout=LIMIT) as client:
        if by_hook:
            pair.begin_hook()
        client.retire_workers(list(client.scheduler_info()["workers"]))
    assert pair.worker.wait(LIMIT) == 0


def test_a_scheduler_that_starts_later_than_the_worker(tmp_path: Path) -> None:
    """It is known as well, so the worker outlives it."""
    pair = Pair(tmp_path, with_scheduler=False)
    try:
        until(pair.says("Run preload setup"))
        time.sleep(3)
        pair.start_scheduler()
        assert pair.compute() == 3
        pair.scheduler.kill()
        until(pair.says("has gone: waiting for it"))
        pair.start_scheduler()
        assert pair.compute() == 3
    finally:
        pair.end()
