"""A process pool in which a killed process loses only its current task.

The pools of the standard library either wait forever for a killed process (multiprocessing) or
abandon all outstanding tasks (concurrent.futures). Here the parent tracks each process's tasks.
"""

from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, TypeVar

from dask_helm.errors import EngineError
from dask_helm.fleet.worker import Start, Worker

Result = TypeVar("Result")

# One running task and one in the pipe: no process waits for the parent, and all end together.
_AHEAD = 2


class Pool(Generic[Result]):
    """Runs the tasks 0 … `count` - 1 in up to `jobs` processes.

    `start` is called once in each process and returns the callable for a task; `lost(task, how)`
    returns the result of a task whose process died. Leaving the context ends all processes after
    their current tasks.
    """

    def __init__(
        self, start: Start[Result], lost: Callable[[int, str], Result], count: int, jobs: int
    ) -> None:
        self._start, self._lost, self._jobs = start, lost, jobs
        self._left = deque(range(count))
        self._workers: list[Worker] = []

    def __enter__(self) -> "Pool[Result]":
        self._start_workers()
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
        """Yield each result when it is available, in any order. Raises EngineError."""
        while self._workers:
            workers: dict[Any, Worker] = {worker.pipe: worker for worker in self._workers}
            for worker in (workers[pipe] for pipe in wait(list(workers))):
                try:
                    message = worker.pipe.recv()
                except (EOFError, OSError):
                    yield from self._replace(worker)
                else:
                    yield from self._accept(worker, message)

    def _start_workers(self) -> None:
        while len(self._workers) < min(self._jobs, len(self._left)):
            others = [worker.pipe for worker in self._workers]
            self._workers.append(Worker(self._start, others))

    def _accept(self, worker: Worker, message: Any) -> Iterator[Result]:
        if worker.ready:
            worker.tasks.popleft()
            yield message
        worker.ready = True
        while self._left and len(worker.tasks) < _AHEAD:
            worker.send(self._left.popleft())
        if not worker.tasks:
            self._dismiss(worker)

    def _dismiss(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.stop()

    def _replace(self, worker: Worker) -> Iterator[Result]:
        """Report the current task of a dead process; other processes run its remaining tasks."""
        self._dismiss(worker)
        if not worker.tasks:
            raise EngineError(f"a rendering process {worker.death} before its first task")
        self._left.extendleft(reversed(list(worker.tasks)[1:]))
        yield self._lost(worker.tasks[0], worker.death)
        self._start_workers()
