"""A scheduler in this process, workers named like pods, and the hook that pods run at their end."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from distributed import LocalCluster, Worker
from distributed.security import Security

from harness import waiting
from tests.paths import CHART, ROOT

Process = subprocess.Popen[str]

SCRIPT = CHART / "files" / "drain.py"
HOOK = CHART / "files" / "drain.sh"  # starts the script as the kubelet does
PRELOAD = CHART / "files" / "dask_helm_handover.py"

until = partial(waiting.until, seconds=60, pause=0.05)


class Cluster:
    """A scheduler that listens on the loopback address, and workers of one thread each.

    `folder` takes the logs of the pods, `environment` is what their processes have beside. With
    `nannies` each worker is a process with a nanny, as in a pod, and the script has no packages, so
    that the nanny has to hand over. Without, workers are in this process, and the script does.
    """

    def __init__(
        self, folder: Path, nannies: bool, security: Security | None = None, **environment: str
    ) -> None:
        self.folder = folder
        self.environment = environment
        self._nannies = nannies
        self._security = security
        self._local = LocalCluster(
            n_workers=0, processes=False, host="127.0.0.1", dashboard_address=":0",
            protocol="tls" if security else "tcp", security=security,
        )  # fmt: skip
        self.address: str = self._local.scheduler_address
        self._scripts: list[Process] = []
        self._ends: dict[str, Callable[[], object]] = {}  # ends a worker, by name

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
        for end in self._ends.values():
            end()
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

    def join(self, *names: str, wait: bool = True) -> None:
        """Start workers with these names, and wait until the scheduler knows them."""
        for name in names:
            self._ends[name] = self._start_process(name) if self._nannies else self._start(name)
            if wait:
                until(partial(self._knows, name))

    def _knows(self, name: str) -> bool:
        return name in self.names

    def _start(self, name: str) -> Callable[[], object]:
        async def start() -> Worker:
            own = {"name": name, "local_directory": str(self.folder), "security": self._security}
            return await Worker(self.address, nthreads=1, dashboard=False, **own)

        worker = self._local.sync(start)
        return lambda: self._local.sync(worker.close, executor_wait=False)

    def _start_process(self, name: str) -> Callable[[], object]:
        pod = re.sub(r"-\d+$", "", name)
        own = {
            "POD_NAME": pod,
            "DASK_SCHEDULER_ADDRESS": self.address,
            "PYTHONPATH": str(ROOT),
        }
        with self.log(pod).open("a") as said, (self.folder / f"{name}.stderr").open("w") as errors:
            worker = subprocess.Popen(
                self._command(name), env=self._environment(**own), stdout=said, stderr=errors
            )
        return partial(_terminate, worker)

    def _command(self, name: str) -> list[str]:
        size = ["--nthreads=1", "--memory-limit=0", "--no-dashboard"]
        place = [f"--name={name}", f"--local-directory={self.folder / name}"]
        dask = str(Path(sys.executable).with_name("dask"))
        command = [dask, "worker", self.address, *place, *size, f"--preload-nanny={PRELOAD}"]
        if not self._security:
            return command
        tls = self._security.get_tls_config_for_role("worker")
        files = {"ca-file": tls["ca_file"], "cert": tls["cert"], "key": tls["key"]}
        return command + [f"--tls-{name}={file}" for name, file in files.items()]

    def _environment(self, **more: str) -> dict[str, str]:
        # No compiled files in the chart, and none of the nannies' files outside of the folder.
        tidy = {
            "PYTHONDONTWRITEBYTECODE": "1",
            "DRAIN_FOLDER": str(self.folder),
            "DRAIN_FILES": str(HOOK.parent),
        }
        return {**os.environ, **tidy, **self.environment, **more}

    def stop(self, name: str) -> None:
        """End a worker as SIGTERM does."""
        self._ends.pop(name)()

    def keep_scheduler_busy(self, seconds: float) -> None:
        """Let the scheduler answer nobody for so long."""
        self._local.loop.add_callback(time.sleep, seconds)

    def refuse_connections(self, seconds: float) -> None:
        """Let the scheduler take no new connections for so long, as a Service without endpoints."""

        async def refuse() -> None:
            (listener,) = self._local.scheduler.listeners
            _, listener.port = listener.get_host_port()
            listener.stop()
            await asyncio.sleep(seconds)
            await listener.start()

        async def begin() -> None:
            self._refusing = asyncio.ensure_future(refuse())

        self._local.sync(begin)

    def end_scheduler(self) -> None:
        """End the scheduler; the workers stay."""
        self._local.sync(self._local.scheduler.close)

    def drain(
        self,
        pod: str,
        timeout: float = 60,
        replacement: float = 15,
        alone: bool = False,
        script: Path = SCRIPT,
        **more: str,
    ) -> Process:
        """Start the script as the hook of a pod; `alone`: it may have to do without nannies."""
        own = {
            "POD_NAME": pod,
            "DASK_SCHEDULER_ADDRESS": self.address,
            "DRAIN_TIMEOUT": str(timeout),
            "DRAIN_REPLACEMENT_TIMEOUT": str(replacement),
            "DRAIN_LOG": str(self.log(pod)),
        }
        self.log(pod).touch()
        without_packages = ["-S"] if self._nannies and not alone else []
        command = [sys.executable, *without_packages, str(script)]
        if script == HOOK:
            command = ["sh", str(script)]
        environment = self._environment(**{**own, **more})
        hook = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, text=True)
        self._scripts.append(hook)
        return hook

    def drained(self, pod: str, **options: Any) -> str:
        """Run the script until it ends and return what it wrote to the pod's log."""
        assert self.drain(pod, **options).wait(150) == 0
        return self.said(pod)

    def said(self, pod: str) -> str:
        """Return what was written to a pod's log."""
        return self.log(pod).read_text()

    def log(self, pod: str) -> Path:
        """Return the place of a pod's log."""
        return self.folder / f"{pod}.log"


def _terminate(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    process.wait(150)
