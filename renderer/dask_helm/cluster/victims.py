"""Which pods of a pool are to go."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from distributed.protocol.pickle import dumps

from dask_helm.cluster import pods
from dask_helm.cluster.kubernetes import Object
from dask_helm.cluster.pools import Pool
from dask_helm.errors import BusyError


@dataclass(frozen=True)
class Candidate:
    """A pod that might go.

    `place` is where the scheduler sees it: idle pods first, then those that store the least.
    """

    pod: str
    ready: bool = True
    registered: bool = True
    long_running: bool = False
    place: int = 0
    created: str = ""


def choose(candidates: Iterable[Candidate], number: int, force: bool = False) -> list[Candidate]:
    """Return those that go: without workers first, then idle, then with the least stored bytes.

    A pod that is not ready comes before all others, as Kubernetes would remove it anyway. Raises
    BusyError when there are not enough without long-running tasks, unless forced.
    """
    newest_first = sorted(candidates, key=attrgetter("created"), reverse=True)
    chosen = sorted(newest_first, key=_rank)[: max(number, 0)]
    busy = [one.pod for one in chosen if one.long_running]
    if busy and not force:
        raise BusyError(_busy(busy, number), busy)
    return chosen


def _rank(one: Candidate) -> tuple[bool, bool, bool, int]:
    return one.ready, one.registered, one.long_running, one.place


def _busy(busy: list[str], number: int) -> str:
    return (
        f"{number} pods were to go, and of those left {len(busy)} run tasks that have left their "
        f"worker's thread pool, as worker_client does: {', '.join(busy)}. Wait for them, or write "
        "force=True, which runs them again elsewhere"
    )


async def candidates(pool: Pool, comm: Any) -> list[Candidate]:
    """Return the pods of a pool that are alive, as the scheduler sees them."""
    order = await _order(comm) if pool.workers else {}
    known = await comm.ncores() if pool.workers else {}
    return [_candidate(pod, pool, order, set(known)) for pod in pool.living]


async def _order(comm: Any) -> dict[str, int]:
    """Return the place of each worker in the order in which the scheduler would close them all.

    It counts the workers of a host, which is a pod, as one, and leaves out those with long-running
    tasks. Its own numbers are newer than what workers last reported of themselves.
    """
    by_host = dumps(attrgetter("host"))
    everybody = 1 << 31
    order = await comm.workers_to_close(n=everybody, key=by_host, attribute="address")
    return {address: place for place, address in enumerate(order)}


def _candidate(pod: Object, pool: Pool, order: dict[str, int], known: set[str]) -> Candidate:
    own = [one for one in pool.workers.get(pods.name(pod), {}) if one in known]
    return Candidate(
        pods.name(pod),
        ready=pods.ready(pod),
        registered=bool(own),
        long_running=any(address not in order for address in own),
        place=min((order[address] for address in own if address in order), default=0),
        created=str(pod["metadata"].get("creationTimestamp", "")),
    )
