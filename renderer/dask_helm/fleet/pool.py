"""Processes that outlive each other: one that is killed loses only the task that it had in hand.

The pools of the standard library either wait for ever for a killed process (multiprocessing) or
give up all that is outstanding (concurrent.futures). Here the parent knows what each has in hand.
"""

from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, TypeVar

from dask_helm.errors import EngineError
from dask_helm.fleet.worker import Start, Worker

Result = TypeVar("Result")

# One task in hand and one in the pipe: no process waits for the parent, and all end together.
_AHEAD = 2


class Pool(Generic[Result]):
    """Does the tasks 0 … `count` - 1 in up to `jobs` processes.

    `start` is called once in each process and returns what does a task; `lost(task, how)` returns
    the result of a task whose process died. Leaving the context ends all processes, after the tasks
    that they have in hand.
    """

    def __init__(
        self, start: Start[Result], lost: Callable[[int, str], Result], count: int, jobs: int
    ) -> None:
        self._start, self._lost, self._jobs = start, lost, jobs
        self._left = deque(range(count))
        self._workers: list[Worker] = []

    def __enter__(self) -> "Pool[Result]":
        self._employ()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
        while self._workers:
            self._workers.pop().stop()

    def results(self) -> Iterator[Result]:
        """Yield each task's result as soon as it is there; the order is any. Raises EngineError."""
        while self._workers:
            workers: dict[Any, Worker] = {worker.pipe: worker for worker in self._workers}
            for pipe in wait(list(workers)):
                yield from self._receive(workers[pipe])

    def _employ(self) -> None:
        while len(self._workers) < min(self._jobs, len(self._left)):
            others = [worker.pipe for worker in self._workers]
            self._workers.append(Worker(self._start, others))

    def _receive(self, worker: Worker) -> Iterator[Result]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._bury(worker)
        else:
            yield from self._accept(worker, message)

    def _accept(self, worker: Worker, message: Any) -> Iterator[Result]:
        if worker.ready:
            worker.tasks.popleft()
            yield message
        worker.ready = True
        self._supply(worker)

    def _supply(self, worker: Worker) -> None:
        while self._left and len(worker.tasks) < _AHEAD:
            worker.send(self._left.popleft())
        if not worker.tasks:
            self._dismiss(worker)

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.stop()

    def _bury(self, worker: Worker) -> Iterator[Result]:
        """Report the task that a dead process had in hand; another process does the rest."""
        self._dismiss(worker)
        if not worker.tasks:
            raise EngineError(f"a rendering process {worker.death} before it began")
        self._left.extendleft(reversed(list(worker.tasks)[1:]))
        yield self._lost(worker.tasks[0], worker.death)
        self._employ()
