"""Scaling a pool so that nothing is lost.

Down: choose who goes, let them hand over what they hold, mark their pods as the cheapest to delete,
take the workers out of the scheduler, lower the number, and see who really went. Whatever fails
before the last two steps leaves everything as it was.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from dask_helm.cluster import owners, pods, pools, victims
from dask_helm.cluster.calling import answered
from dask_helm.cluster.changes import Changes
from dask_helm.cluster.draining import Drain
from dask_helm.cluster.kubernetes import Kubernetes, Object, Target
from dask_helm.cluster.numbers import integer
from dask_helm.cluster.pools import Pool, View
from dask_helm.cluster.victims import Candidate
from dask_helm.cluster.waiting import Look, Tell
from dask_helm.errors import (
    ArgumentError,
    DeviationError,
    LostError,
    MissingError,
    RolloutError,
    ScaleError,
    WaitError,
)

COST = "controller.kubernetes.io/pod-deletion-cost"
_CHEAPEST = "-2147483647"
_MOST = 2**31 - 1  # what Kubernetes takes
_PAUSE = 0.25
_MARGIN = 30.0


def check_number(number: Any) -> int:
    """Return a number of pods. Raises ArgumentError for what is none."""
    found = integer(number)
    if found is None or not 0 <= found <= _MOST:
        raise ArgumentError(f"{number!r} is no number of pods; write a whole one from 0 to {_MOST}")
    return found


def chosen_pool(view: View, group: str | None) -> Pool:
    """Return the named pool; without a name `default`, or the only one. Raises ArgumentError."""
    return view.pool(pools.chosen_name(view.pools, group, view.release))


class Outcome(NamedTuple):
    """The pool that was scaled, and whether pods are to come."""

    pool: str
    grows: bool


@dataclass(frozen=True)
class Scaling:
    """One change of one pool's size; `timeout` is how long running tasks are waited for."""

    kubernetes: Kubernetes
    comm: Any
    look: Look
    tell: Tell
    group: str | None
    force: bool = False
    timeout: float | None = None

    async def to(self, number: int) -> Outcome:
        """Scale to that many pods. Raises ScaleError."""
        with answered():
            return await self._to(number)

    async def _to(self, number: int) -> Outcome:
        pool = chosen_pool(await self.look(), self.group)
        if said := owners.warning(pool.deployment):
            self.tell(said)
        if number < pool.desired:
            await self._down(await self._settled(pool), number)
        elif number > pool.desired:
            meanwhile = " while a rollout replaces pods" if _rolling(pool.deployment) else ""
            self.tell(f"Scaling {pool.name} from {pool.desired} to {number} pods{meanwhile}")
            await self._set(pool, number)
        return Outcome(pool.name, number > len(pool.living))

    async def _settled(self, pool: Pool) -> Pool:
        """Wait for a rollout to end: it and the removal would each pick pods of two revisions."""
        deadline = time.monotonic() + self._patience(pool) + _MARGIN
        if _rolling(pool.deployment) and not self.force:
            self.tell(f"Waiting for a rollout of {pool.name} to end")
        while _rolling(pool.deployment) and not self.force:
            if time.monotonic() > deadline:
                raise RolloutError(
                    f"a rollout of {pool.name} does not end, and pods of two revisions must not "
                    f"be removed at once: kubectl rollout status deployment/{_name(pool)}. "
                    "force=True goes on"
                )
            await asyncio.sleep(_PAUSE)
            pool = await self._again(pool)
        return pool

    async def _again(self, pool: Pool) -> Pool:
        return (await self.look()).pool(pool.name)

    async def _down(self, pool: Pool, number: int) -> None:
        _, going = await asyncio.gather(self._may(pool, number), self._choose(pool, number))
        drain = Drain(self.comm, _addresses(pool, going), self.tell, self.force)
        scheduler = await self._scheduler(drain)
        await drain.check(_others(scheduler, drain))
        names = ", ".join(one.pod for one in going)
        self.tell(f"Scaling {pool.name} from {pool.desired} to {number} pods; leaving: {names}")
        undo = partial(self._undo, pool, going, drain)
        async with drain.lease():
            await or_undo(self._prepare(pool, going, drain, scheduler), undo, self.tell)
        await or_undo(self._set(pool, number), undo, self.tell)
        await self._gone(pool, going, number)

    async def _may(self, pool: Pool, number: int) -> None:
        """Ask whether all will be allowed before anything is done."""
        any_pod = [pods.name(pod) for pod in pool.living[:1]]
        marks = (self._mark(pool, pod, _CHEAPEST, dry_run=True) for pod in any_pod)
        await asyncio.gather(self._set(pool, number, dry_run=True), *marks)

    async def _choose(self, pool: Pool, number: int) -> list[Candidate]:
        found = await victims.candidates(pool, self.comm)
        return victims.choose(found, len(found) - number, self.force)

    async def _scheduler(self, drain: Drain) -> Object:
        """Return what the scheduler tells of itself; nothing where no worker is to be drained."""
        told: Object = await self.comm.identity() if drain.addresses else {}
        return told

    async def _prepare(
        self, pool: Pool, going: list[Candidate], drain: Drain, scheduler: Object
    ) -> None:
        await drain.finish_tasks(self._patience(pool))
        await self._mark_all(pool, going)
        seen, told = await asyncio.gather(self._again(pool), self._scheduler(drain))
        if (now := seen.desired) != pool.desired:
            raise ScaleError(
                f"somebody else scaled {pool.name} from {pool.desired} to {now} pods meanwhile; "
                f"{_UNCHANGED}"
            )
        if told.get("id") != scheduler.get("id"):
            raise LostError(f"the scheduler was replaced meanwhile; {_UNCHANGED}")
        await drain.leave()

    async def _undo(self, pool: Pool, going: list[Candidate], drain: Drain) -> None:
        await asyncio.gather(*(self._mark(pool, one.pod, None) for one in going))
        await drain.resume()

    async def _mark_all(self, pool: Pool, going: list[Candidate]) -> None:
        """Let Kubernetes remove these first, and none that a handle marked which was killed."""
        names = {one.pod for one in going}
        marked = {pods.name(pod) for pod in pool.living if _cost(pod) == _CHEAPEST}
        stale = (self._mark(pool, name, None) for name in sorted(marked - names))
        await asyncio.gather(*(self._mark(pool, one.pod, _CHEAPEST) for one in going), *stale)

    async def _mark(self, pool: Pool, pod: str, cost: str | None, dry_run: bool = False) -> None:
        target = Target("pods", _namespace(pool), pod)
        try:
            body = {"metadata": {"annotations": {COST: cost}}}
            await self.kubernetes.patch(target, body, dry_run)
        except MissingError:
            return  # it went by itself

    async def _set(self, pool: Pool, number: int, dry_run: bool = False) -> None:
        target = Target("deployments", _namespace(pool), _name(pool), "scale")
        await self.kubernetes.patch(target, {"spec": {"replicas": number}}, dry_run)

    async def _gone(self, pool: Pool, going: list[Candidate], number: int) -> None:
        """Wait until the pods are gone, and say so if others went. Raises ScaleError."""
        before, wanted = _names(pool), {one.pod for one in going}
        deadline = time.monotonic() + _grace(pool) + _MARGIN
        async with Changes.of(self.kubernetes, pool.deployment) as changes:
            while still := _left(seen := await self._again(pool), wanted, number):
                if time.monotonic() > deadline:
                    raise WaitError(f"{pool.name}: pods do not go: {', '.join(sorted(still))}", [])
                await changes.next()
        now = _names(seen)
        _check_deviation(pool, sorted(before - now - wanted), sorted(wanted & now))

    def _patience(self, pool: Pool) -> float:
        return _grace(pool) if self.timeout is None else self.timeout


_UNCHANGED = "nothing was changed. Scale again"


def _others(scheduler: Object, drain: Drain) -> list[str]:
    """Return the workers of the whole cluster that could take results."""
    known = scheduler.get("workers", {}).items()
    running = [address for address, worker in known if worker.get("status") == "running"]
    return [one for one in running if one not in drain.addresses]


def _names(pool: Pool) -> set[str]:
    return {pods.name(pod) for pod in pool.living}


def _left(pool: Pool, wanted: set[str], number: int) -> set[str]:
    """Return the pods that are still to go; when enough have gone, the others will stay."""
    staying = _names(pool) if len(pool.living) <= number else set()
    return (wanted & {pods.name(pod) for pod in pool.pods}) - staying


def _check_deviation(pool: Pool, others: list[str], stayed: list[str]) -> None:
    if others and stayed:
        raise DeviationError(
            f"{pool.name}: Kubernetes removed {', '.join(others)} instead of {', '.join(stayed)}, "
            "for it prefers pods that are not ready. What only those held was not copied by this "
            "handle, but by their own preStop hook if drain.enabled is true",
            others,
        )


async def or_undo(job: Awaitable[None], undo: Callable[[], Awaitable[None]], tell: Tell) -> None:
    """Do something; if it fails or is interrupted, undo it, and let nothing interrupt that."""
    try:
        await job
    except BaseException:
        undoing = asyncio.ensure_future(undo())
        while not undoing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([undoing])
        if error := undoing.exception():
            tell(f"What was begun could not be undone: {error}")
        raise


def _addresses(pool: Pool, going: list[Candidate]) -> tuple[str, ...]:
    return tuple(address for one in going for address in pool.workers.get(one.pod, {}))


def _cost(pod: Object) -> str | None:
    annotations: dict[str, str] = pod["metadata"].get("annotations") or {}
    return annotations.get(COST)


def _rolling(deployment: Object) -> bool:
    """Whether pods of an older revision are still being replaced."""
    status, meta = deployment.get("status", {}), deployment["metadata"]
    if status.get("observedGeneration", 0) < meta.get("generation", 0):
        return True
    return int(status.get("replicas", 0)) > int(status.get("updatedReplicas", 0))


def _grace(pool: Pool) -> float:
    """Return the seconds that Kubernetes gives a pod of the pool to end."""
    spec = pool.deployment["spec"]["template"]["spec"]
    return float(spec.get("terminationGracePeriodSeconds", 30))


def _name(pool: Pool) -> str:
    return str(pool.deployment["metadata"]["name"])


def _namespace(pool: Pool) -> str:
    return str(pool.deployment["metadata"]["namespace"])
