"""What may go wrong between a handle and its cluster, made on purpose."""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dask_helm import labels

from devcluster import api, controlplane
from harness import observation
from harness.handles import Observer
from harness.release import Release
from harness.target import Target
from tests.e2e import local


class Gate:
    """A way to the API server that can be cut and shut; `address` is for a kubeconfig.

    What it does, it does in a thread of its own.
    """

    def __init__(self, server: str) -> None:
        self._target = urlsplit(server)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate")
        self._open: set[asyncio.StreamWriter] = set()
        self._shut = False

    def __enter__(self) -> "Gate":
        self._thread.start()
        self.address = f"https://127.0.0.1:{self._do(self._listen())}"
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> int:
        """End all connections at once and return how many there were."""
        return int(self._do(self._cut()))

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Let nothing through for a while."""
        self._shut = True
        self.cut()
        yield
        self._shut = False

    def _do(self, job: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(120)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        await asyncio.sleep(0.1)  # until all that was carried has ended

    async def _cut(self) -> int:
        found = list(self._open)
        for writer in found:
            writer.transport.abort()
        return len(found) // 2

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            return writer.transport.abort()
        theirs, ours = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._open |= {writer, ours}
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
        self._open -= {writer, ours}
        return None


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def without_scheduler(release: Release) -> Iterator[None]:
    """Remove the scheduler's pod for a while."""
    name = f"deployment/{Observer(release).deployment(labels.SCHEDULER).metadata.name}"
    release.kubectl("scale", name, "--replicas=0")
    try:
        observation.until(lambda: not observation.pods(release, labels.SCHEDULER))
        yield
    finally:
        release.kubectl("scale", name, "--replicas=1")
        release.kubectl("rollout", "status", name, "--timeout=400s")


@contextmanager
def without_api_server(target: Target) -> Iterator[None]:
    """Kill the local cluster's API server, and start it again in the end."""
    if target.kubeconfig != api.KUBECONFIG:
        pytest.skip("SKIPPED: only the API server of the local cluster may be restarted")
    process, machine = local.process("kube-apiserver"), local.control_plane()
    os.kill(process, signal.SIGKILL)
    observation.until(lambda: not Path(f"/proc/{process}").exists())
    try:
        yield
    finally:
        controlplane.start_api_server(machine)
        observation.until(lambda: _is_ready(target), what="the API server is ready again")


def _is_ready(target: Target) -> bool:
    command = target.kubectl("get", "--raw", "/readyz", "--request-timeout=2s")
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def server(target: Target) -> str:
    """Return the address of the API server."""
    view = target.kubectl(
        "config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"
    )
    return subprocess.run(view, capture_output=True, check=True, text=True).stdout
