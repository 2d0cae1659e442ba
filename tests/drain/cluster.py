"""Dask in this process, with workers named like pods, and the script that pods run at their end."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from distributed import LocalCluster, Worker
from distributed.security import Security

from tests import waiting
from tests.paths import CHART

Process = subprocess.Popen[str]

SCRIPT = CHART / "files" / "drain.py"


until = partial(waiting.until, seconds=60, pause=0.05)


class Cluster:
    """A scheduler that listens on the loopback address, and workers of one thread each.

    `folder` takes the logs of the pods, `environment` is what their scripts have beside.
    """

    def __init__(self, folder: Path, security: Security | None = None, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self._security = security
        self._local = LocalCluster(
            n_workers=0, processes=False, host="127.0.0.1", dashboard_address=":0",
            protocol="tls" if security else "tcp", security=security,
        )  # fmt: skip
        self.address: str = self._local.scheduler_address
        self._scripts: list[Process] = []
        self._workers: list[Worker] = []

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for script in self._scripts:
            script.kill()
            script.wait()
        for worker in self._workers:
            self._local.sync(worker.close, executor_wait=False)
        self._local.close()

    @property
    def names(self) -> set[str]:
        """The names of the workers that the scheduler knows."""
        return {str(worker.name) for worker in self._local.scheduler.workers.values()}

    def status(self, name: str) -> str:
        """Return how the scheduler sees a worker."""
        return str(self._local.scheduler.workers[self.address_of(name)].status.name)

    def address_of(self, name: str) -> str:
        """Return the address of a worker."""
        return str(self._local.scheduler.aliases[name])

    def suspicious(self) -> int:
        """Return how often a task was counted as one that may have killed its worker."""
        return sum(task.suspicious for task in self._local.scheduler.tasks.values())

    def join(self, *names: str) -> None:
        """Start workers with these names."""

        async def start(name: str) -> None:
            own = {"name": name, "local_directory": str(self.folder), "security": self._security}
            worker = Worker(self.address, nthreads=1, dashboard=False, **own)
            self._workers.append(await worker)

        for name in names:
            self._local.sync(start, name)

    def stop(self, name: str) -> None:
        """End a worker as SIGTERM does."""
        (worker,) = (worker for worker in self._workers if worker.name == name)
        self._local.sync(worker.close, executor_wait=False)

    def end_scheduler(self) -> None:
        """End the scheduler; the workers stay."""
        self._local.sync(self._local.scheduler.close)

    def drain(self, pod: str, timeout: float = 60, replacement: float = 15, **more: str) -> Process:
        """Start the script as the hook of a pod."""
        own = {
            "POD_NAME": pod,
            "DASK_SCHEDULER_ADDRESS": self.address,
            "DRAIN_TIMEOUT": str(timeout),
            "DRAIN_REPLACEMENT_TIMEOUT": str(replacement),
            "DRAIN_LOG": str(self.log(pod)),
        }
        self.log(pod).touch()
        environment = {**os.environ, **self.environment, **own, **more}
        command = [sys.executable, str(SCRIPT)]
        script = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, text=True)
        self._scripts.append(script)
        return script

    def drained(self, pod: str, **options: Any) -> str:
        """Run the script until it ends and return what it wrote to the pod's log."""
        assert self.drain(pod, **options).wait(120) == 0
        return self.said(pod)

    def said(self, pod: str) -> str:
        """Return what was written to a pod's log."""
        return self.log(pod).read_text()

    def log(self, pod: str) -> Path:
        """Return the place of a pod's log."""
        return self.folder / f"{pod}.log"
