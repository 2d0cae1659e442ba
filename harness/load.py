"""Load for a cluster; its check detects every lost, repeated or failed part."""

import secrets
import time
from typing import Any

from distributed import Client, Future, wait

from harness.work import random_bytes

RESULTS = 60
SIZE = 2_000_000
PIECES = 30
SECONDS = 6.0
QUEUED = 40


class Load:
    """120 MB of random results, scattered pieces, running tasks and a queue, until `check`.

    `on` names the workers on which tasks begin (default: all); tasks can move to other workers.
    `seconds` is the duration of each running task. `queued` is the number of short tasks after
    them.
    """

    def __init__(
        self,
        client: Client,
        on: list[str] | None = None,
        seconds: float = SECONDS,
        queued: int = QUEUED,
    ) -> None:
        self.client = client
        self._on: dict[str, Any] = {"workers": on, "allow_other_workers": True} if on else {}
        self._name = secrets.token_hex(4)
        _keep_books(client)
        self.results = self._submit("result", random_bytes(SIZE), list(range(RESULTS)))
        wait(self.results, timeout=300)
        self.pieces = client.scatter(list(range(PIECES)), hash=False, broadcast=False)
        self.before = self.digests()
        threads = sum(client.nthreads().values())
        self.running = self._submit("running", work(), [seconds] * threads)
        self.queued = self._submit("queued", work(), [0.3] * queued)

    def check(self) -> dict[str, float]:
        """Wait for all tasks; raises AssertionError unless each ran once and no byte has changed.

        Returns the time at which the last of these tasks ended on each worker, by worker name.
        """
        ended = self._gather(self.running + self.queued)
        assert self.digests() == self.before, "results have changed"
        books = self.client.run_on_scheduler(_read_books())
        keys = {future.key for future in self.results + self.running + self.queued}
        ended_often = {key: books["ended"].get(key) for key in keys}
        others = {key: often for key, often in ended_often.items() if often != 1}
        assert not others, f"not ended once: {others}"
        begun: dict[str, list[str]] = {future.key: [] for future in self.running + self.queued}
        for _, (key, worker) in self.client.get_events("begun"):
            if key in begun:
                begun[key].append(worker)
        repeated = {key: workers for key, workers in begun.items() if len(workers) != 1}
        faults = (repeated, books["erred"], books["suspicious"])
        assert not any(faults), f"begun again, erred, or suspicious: {faults}"
        return {worker: max(t for w, t in ended if w == worker) for worker, _ in ended}

    def digests(self) -> list[str]:
        """Return the hash of every result and piece, computed on the worker that holds it."""
        digests = self.client.map(_digest(), self.results + self.pieces, pure=False)
        return self._gather(digests)

    def _submit(self, kind: str, function: Any, arguments: list[Any]) -> list[Future]:
        keys = [f"{kind}-{self._name}-{number}" for number in range(len(arguments))]
        return list(self.client.map(function, arguments, key=keys, **self._on))

    def _gather(self, futures: list[Future]) -> list[Any]:
        wait(futures, timeout=300)
        return list(self.client.gather(futures))


# Functions for workers are nested: workers would try to import top-level functions of this module.


def _digest() -> Any:
    def digest(result: Any) -> str:
        import hashlib

        return hashlib.sha256(repr(result).encode()).hexdigest()

    return digest


def work() -> Any:
    """Return a function that logs an event when it begins, and then sleeps for some seconds."""

    def work(seconds: float) -> tuple[str, float]:
        from distributed import get_worker

        worker = get_worker()
        worker.log_event("begun", (worker.get_current_task(), worker.name))
        time.sleep(seconds)
        return worker.name, time.time()

    return work


def _keep_books(client: Client) -> None:
    """Register a scheduler plugin that counts how often each task ended."""
    from distributed import SchedulerPlugin

    class Books(SchedulerPlugin):  # type: ignore[misc]
        name = "books"
        idempotent = True

        def __init__(self) -> None:
            self.ended: dict[str, int] = {}
            self.erred: list[str] = []

        def transition(self, key: str, start: str, finish: str, *_: Any, **__: Any) -> None:
            if (start, finish) == ("processing", "memory"):
                self.ended[key] = self.ended.get(key, 0) + 1
            if finish == "erred":
                self.erred.append(key)

    client.register_plugin(Books())


def _read_books() -> Any:
    def read(dask_scheduler: Any) -> dict[str, Any]:
        books = dask_scheduler.plugins["books"]
        marked = {key: t.suspicious for key, t in dask_scheduler.tasks.items() if t.suspicious}
        return {"ended": books.ended, "erred": books.erred, "suspicious": marked}

    return read
