"""Choosing the pods of a pool that leave when it shrinks."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from dask_helm.cluster.release import pods
from dask_helm.cluster.release.pools import Pool
from dask_helm.cluster.scaling import remote
from dask_helm.errors import BusyError, LossError, hint
from dask_helm.text import counted, listed


@dataclass(frozen=True)
class Candidate:
    """A pod that may leave, with what its workers do and store.

    `actors` are the keys of their actors, which Dask cannot move.
    """

    pod: str
    ready: bool = True
    registered: bool = True
    long_running: bool = False
    actors: tuple[str, ...] = ()
    busy: bool = False
    nbytes: int = 0
    created: str = ""


def choose(candidates: Iterable[Candidate], number: int, force: bool = False) -> list[Candidate]:
    """Return the pods that leave: without workers first, then idle, then those storing least.

    Pods that are not ready come before all others, because Kubernetes removes them first anyway.
    Unless forced, raises BusyError when too few pods are without long-running tasks, and LossError
    when too few are without actors.
    """
    newest_first = sorted(candidates, key=attrgetter("created"), reverse=True)
    chosen = sorted(newest_first, key=_order)[: max(number, 0)]
    busy = [one.pod for one in chosen if one.long_running]
    if busy and not force:
        raise BusyError(
            f"Cannot remove {counted(number, 'pod')}: {len(busy)} of them run long-running tasks, "
            f"such as those that use worker_client: {', '.join(busy)}",
            busy,
            hint=hint("Wait for them, or use {} to run them again elsewhere", force=True),
        )
    check_actors(chosen, force)
    return chosen


def check_actors(leaving: Iterable[Candidate], force: bool) -> None:
    """Raise LossError if pods that leave have actors, unless forced."""
    found = [(key, one.pod) for one in leaving for key in one.actors]
    if found and not force:
        actors = [key for key, _ in found]
        where = ", ".join(dict.fromkeys(pod for _, pod in found))
        raise LossError(
            f"{counted(actors, 'actor')} would be lost, because Dask cannot move actors: "
            f"{listed(actors)}, on {where}",
            actors,
            hint=hint("Use {} to lose the actors; results are moved all the same", force=True),
        )


def _order(one: Candidate) -> tuple[int, ...]:
    return one.ready, one.registered, one.long_running, len(one.actors), one.busy, one.nbytes


async def candidates(pool: Pool, comm: Any) -> list[Candidate]:
    """Return the living pods of a pool, with what the scheduler knows about them."""
    known: dict[str, Any] = {}
    if pool.workers:
        known = (await comm.run_function(**remote.shipped(remote.survey)))["result"]
    found = []
    for pod in pool.living:
        workers = pool.workers.get(pods.name(pod), {})
        own = [known[address] for address in workers if address in known]
        one = Candidate(
            pods.name(pod),
            ready=pods.ready(pod),
            registered=bool(own),
            long_running=any(long_running for long_running, _, _, _ in own),
            actors=tuple(key for _, actors, _, _ in own for key in actors),
            busy=any(busy for _, _, busy, _ in own),
            nbytes=sum(nbytes for _, _, _, nbytes in own),
            created=str(pod["metadata"].get("creationTimestamp", "")),
        )
        found.append(one)
    return found
