"""A real scheduler and very many real workers, in a few processes of this machine (Linux).

Each worker appears to be on its own host, as if in a pod: it listens on its own address, which is
possible because all of 127/8 belongs to this machine. The processes end when their standard input
ends.
"""

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from tempfile import TemporaryDirectory
from typing import Any

import dask
from distributed import Scheduler, Worker

_PROCESSES = 2
_READY = "ready"
# The workers only need to exist. Their monitoring of themselves would keep a processor busy.
_QUIET = {
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "1h",
    "distributed.comm.timeouts.connect": "120s",
}

Process = subprocess.Popen[str]


@contextmanager
def crowd(names: Sequence[str]) -> Iterator[str]:
    """Yield the address of a scheduler that has a worker with each of these names."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        scheduler = stack.enter_context(_process("scheduler", folder))
        address = _line(scheduler)
        places = [f"{name} {_host(number)}" for number, name in enumerate(names)]
        parts = [places[first::_PROCESSES] for first in range(_PROCESSES)]
        processes = [stack.enter_context(_process("workers", folder, address)) for _ in parts]
        for process, part in zip(processes, parts, strict=True):
            _say(process, [*part, ""])
        for process in processes:
            _line(process)
        yield address


def _host(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


@contextmanager
def _process(*arguments: str) -> Iterator[Process]:
    # Its own session shields it from Ctrl-C. It ends when this program ends, for whatever reason.
    command = [sys.executable, "-m", "benchmarks.cluster.crowd", *arguments]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, start_new_session=True, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _say(process: Process, lines: Sequence[str]) -> None:
    assert process.stdin  # noqa: S101
    process.stdin.write("\n".join([*lines, ""]))
    process.stdin.flush()


def _line(process: Process) -> str:
    assert process.stdout  # noqa: S101
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError("a process with the scheduler or workers has ended; see above")
    return line


async def _scheduler(_: str) -> None:
    _end_with_input()
    given = {"dashboard": False, "dashboard_address": ":0"}
    async with Scheduler(host="127.0.0.1", port=0, **given) as scheduler:
        await _stay(scheduler.address)


async def _workers(folder: str, address: str) -> None:
    places = [line.split() for line in takewhile(str.strip, sys.stdin)]
    _end_with_input()
    workers = [await _worker(folder, address, *place) for place in places]
    await _stay(f"{_READY} {len(workers)}")


async def _worker(folder: str, address: str, name: str, host: str) -> Worker:
    given = {"nthreads": 1, "memory_limit": 0, "local_directory": folder}
    worker = await Worker(address, name=name, host=host, port=0, **given)
    for callback in worker.periodic_callbacks.values():
        callback.stop()
    return worker


def _end_with_input() -> None:
    """Exit without cleanup when the program that started this process ends, for whatever reason."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


async def _stay(line: str) -> None:
    print(line, flush=True)  # noqa: T201
    await asyncio.Event().wait()


_PROGRAMS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "scheduler": _scheduler,
    "workers": _workers,
}

if __name__ == "__main__":
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with dask.config.set(_QUIET):
        asyncio.run(_PROGRAMS[sys.argv[1]](*sys.argv[2:]))
