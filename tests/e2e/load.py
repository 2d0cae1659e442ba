"""Work on a cluster of which each part that is lost, repeated or failed is noticed."""

import secrets
import time
from typing import Any

from distributed import Client, Future, wait

from tests.e2e.work import random_bytes

RESULTS = 60
SIZE = 2_000_000
PIECES = 30
SECONDS = 6.0
QUEUED = 40


class Load:
    """120 MB of random results, scattered pieces, running tasks and a queue, until `check`.

    `on` names workers, or all: where tasks begin that can be moved. `seconds` is what the running
    tasks take.
    """

    def __init__(
        self, client: Client, on: list[str] | None = None, seconds: float = SECONDS
    ) -> None:
        self.client = client
        self._on: dict[str, Any] = {"workers": on, "allow_other_workers": True} if on else {}
        self._name = secrets.token_hex(4)
        _keep_books(client)
        self.results = self._submit("result", random_bytes(SIZE), list(range(RESULTS)))
        wait(self.results, timeout=120)
        self.pieces = client.scatter(list(range(PIECES)), hash=False, broadcast=False)
        self.before = self.digests()
        threads = sum(client.nthreads().values())
        self.running = self._submit("running", work(), [seconds] * threads)
        self.queued = self._submit("queued", work(), [0.3] * QUEUED)

    def check(self) -> dict[str, float]:
        """Wait for all tasks; AssertionError unless each ran once and each byte is as before.

        Returns when the last of the long tasks ended on each worker, by name.
        """
        ended = self._gather(self.running + self.queued)
        assert self.digests() == self.before, "results have changed"
        books = self.client.run_on_scheduler(_read_books())
        keys = {future.key for future in self.results + self.running + self.queued}
        assert {key: books["ended"].get(key) for key in keys} == dict.fromkeys(keys, 1)
        begun = [key for _, key in self.client.get_events("begun") if key in keys]
        assert sorted(begun) == sorted(future.key for future in self.running + self.queued)
        assert (books["erred"], books["suspicious"]) == ([], {})
        return {worker: max(t for w, t in ended if w == worker) for worker, _ in ended}

    def digests(self) -> list[str]:
        """Return the hash of every result and piece, made where it lies."""
        digests = self.client.map(_digest(), self.results + self.pieces, pure=False)
        return self._gather(digests)

    def _submit(self, kind: str, function: Any, arguments: list[Any]) -> list[Future]:
        keys = [f"{kind}-{self._name}-{number}" for number in range(len(arguments))]
        return list(self.client.map(function, arguments, key=keys, **self._on))

    def _gather(self, futures: list[Future]) -> list[Any]:
        wait(futures, timeout=120)
        return list(self.client.gather(futures))


# Functions for workers are nested ones: those of a module here would be looked up there.


def _digest() -> Any:
    def digest(result: Any) -> str:
        import hashlib

        return hashlib.sha256(repr(result).encode()).hexdigest()

    return digest


def work() -> Any:
    """Return a function that takes seconds, and says when it begins."""

    def work(seconds: float) -> tuple[str, float]:
        from distributed import get_worker

        worker = get_worker()
        worker.log_event("begun", worker.get_current_task())
        time.sleep(seconds)
        return worker.name, time.time()

    return work


def _keep_books(client: Client) -> None:
    """Let the scheduler count how often each task ended."""

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
