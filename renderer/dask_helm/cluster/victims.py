"""Which pods of a pool are to go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dask_helm.cluster import pods
from dask_helm.cluster.kubernetes import Object
from dask_helm.cluster.pools import Pool, Worker
from dask_helm.errors import BusyError


@dataclass(frozen=True)
class Candidate:
    """A pod that might go; tasks and bytes are those of all its workers."""

    pod: str
    ready: bool = True
    registered: bool = True
    processing: int = 0
    long_running: int = 0
    nbytes: int = 0
    created: str = ""


def choose(candidates: Iterable[Candidate], number: int, force: bool = False) -> list[Candidate]:
    """Return those that go: without workers first, then idle, then with the least stored bytes.

    A pod that is not ready comes before all others, as Kubernetes would remove it anyway. Raises
    BusyError when there are not enough without long-running tasks, unless forced.
    """
    newest_first = sorted(candidates, key=lambda one: one.created, reverse=True)
    chosen = sorted(newest_first, key=_rank)[: max(number, 0)]
    busy = [one.pod for one in chosen if one.long_running]
    if busy and not force:
        raise BusyError(_busy(busy, number), busy)
    return chosen


def _rank(one: Candidate) -> tuple[bool, bool, bool, bool, int]:
    return one.ready, one.registered, one.long_running > 0, one.processing > 0, one.nbytes


def _busy(busy: list[str], number: int) -> str:
    return (
        f"{number} pods were to go, and of those left {len(busy)} run tasks that have left their "
        f"worker's thread pool, as worker_client does: {', '.join(busy)}. Wait for them, or write "
        "force=True, which runs them again elsewhere"
    )


def candidates(pool: Pool, processing: dict[str, Any]) -> list[Candidate]:
    """Return the pods of a pool that are alive; `processing` are the tasks by worker address."""
    return [_candidate(pod, pool, processing) for pod in pool.living]


def _candidate(pod: Object, pool: Pool, processing: dict[str, Any]) -> Candidate:
    workers = pool.workers.get(pods.name(pod), {})
    return Candidate(
        pods.name(pod),
        ready=pods.ready(pod),
        registered=bool(workers),
        processing=sum(len(processing.get(address, ())) for address in workers),
        long_running=sum(map(_long_running, workers.values())),
        nbytes=sum(int(_metrics(worker).get("managed_bytes", 0)) for worker in workers.values()),
        created=str(pod["metadata"].get("creationTimestamp", "")),
    )


def _long_running(worker: Worker) -> int:
    return int(_metrics(worker).get("task_counts", {}).get("long-running", 0))


def _metrics(worker: Worker) -> dict[str, Any]:
    found: dict[str, Any] = worker.get("metrics") or {}
    return found
