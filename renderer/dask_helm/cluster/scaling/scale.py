"""Scaling a pool without losing results.

Down: choose the pods that leave, drain their workers, mark the pods as the cheapest to delete,
remove the workers at the scheduler, lower the number of replicas, and check which pods really left.
A failure before the last two steps leaves everything as it was. Without the permission to mark
pods, Kubernetes chooses the pods that leave, and their preStop hooks hand over what they hold.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object, Target
from dask_helm.cluster.api.watch import Changes
from dask_helm.cluster.connect.calls import answered
from dask_helm.cluster.release import owners, pods
from dask_helm.cluster.release.pools import Look, Pool, Tell
from dask_helm.cluster.scaling import choose
from dask_helm.cluster.scaling.choose import Candidate
from dask_helm.cluster.scaling.drain import Drain
from dask_helm.cluster.tasks import with_rollback
from dask_helm.errors import (
    DeviationError,
    ForbiddenError,
    LostError,
    MissingError,
    RolloutError,
    ScaleError,
    WaitError,
    hint,
)
from dask_helm.text import listed

COST = "controller.kubernetes.io/pod-deletion-cost"
_CHEAPEST = "-2147483647"
# The chart's Role allows only the first: who may change a pod may also give it another image, and
# so read Secrets. The ClusterRole `edit` of Kubernetes allows only the second.
_MARKED_BY = ("status", "")
_POLL_SECONDS = 0.25
_REQUESTS_AT_ONCE = 16
_PODS_PER_SECOND = 500  # how many pods to read while many of them change
# What Kubernetes may take in addition to a time that is known.
MARGIN_SECONDS = 30.0


class Outcome(NamedTuple):
    """The pool that was scaled, and whether more pods will start."""

    pool: str
    grows: bool


@dataclass(frozen=True)
class Scaling:
    """A change of one pool's size; `timeout` is how long running tasks are waited for.

    Pods are marked by a change of their subresource `marked_by`.
    """

    kubernetes: Kubernetes
    comm: Any
    look: Look
    tell: Tell
    pool: str | None
    force: bool = False
    timeout: float | None = None
    marked_by: str = ""

    async def to(self, number: int) -> Outcome:
        """Scale to that many pods. Raises ScaleError."""
        with answered():
            pool = (await self.look()).one(self.pool)
            if warning := owners.warning(pool.deployment):
                self.tell(warning)
            if number < pool.desired:
                settled = await self._all_pods(await self._after_rollout(pool))
                await self._down(settled, number)
            elif number > pool.desired:
                rollout = " while a rollout replaces pods" if _rolls_out(pool.deployment) else ""
                self.tell(f"Scaling {pool.name} from {pool.desired} to {number} pods{rollout}")
                await self._set(pool, number)
            return Outcome(pool.name, number > len(pool.living))

    async def _after_rollout(self, pool: Pool) -> Pool:
        """Wait for a rollout to end: otherwise pods of two revisions would be removed at once."""
        deadline = time.monotonic() + self._task_seconds(pool) + MARGIN_SECONDS
        if _rolls_out(pool.deployment) and not self.force:
            self.tell(f"Waiting for a rollout of {pool.name} to end")
        while _rolls_out(pool.deployment) and not self.force:
            if time.monotonic() > deadline:
                raise RolloutError(
                    f"A rollout of {pool.name} does not end, and pods of two revisions must not "
                    f"be removed at once: kubectl rollout status deployment/{_name(pool)}",
                    hint=hint("Use {} to scale anyway", force=True),
                )
            await asyncio.sleep(_POLL_SECONDS)
            pool = await self._again(pool)
        return pool

    async def _all_pods(self, pool: Pool) -> Pool:
        """Wait until all pods that Kubernetes counts are found. Raises ScaleError."""
        deadline = time.monotonic() + MARGIN_SECONDS
        while (here := len(pool.living)) < (number := pool.counted):
            if time.monotonic() > deadline:
                raise ScaleError(
                    f"{pool.name} has {number} pods, but the selector of Deployment {_name(pool)} "
                    f"matches only {here} pods of this release, so the results of the others "
                    "cannot be moved. Nothing was changed"
                )
            await asyncio.sleep(_POLL_SECONDS)
            pool = await self._again(pool)
        return pool

    async def _again(self, pool: Pool) -> Pool:
        return (await self.look()).pool(pool.name)

    async def _down(self, pool: Pool, number: int) -> None:
        marked_by, found = await asyncio.gather(
            self._check_rights(pool, number), choose.candidates(pool, self.comm)
        )
        leaving = choose.choose(found, len(found) - number, self.force)
        if isinstance(marked_by, ForbiddenError):
            await self._remove_any(pool, number, found, marked_by)
        else:
            await replace(self, marked_by=marked_by)._remove(pool, number, leaving)

    async def _remove(self, pool: Pool, number: int, leaving: list[Candidate]) -> None:
        addresses = (address for one in leaving for address in pool.workers.get(one.pod, {}))
        drain = Drain(self.comm, tuple(addresses), self.tell, self.force)
        scheduler = await self._scheduler(drain)
        await _check_staying(drain, scheduler)
        names = listed(one.pod for one in leaving)
        self.tell(f"Scaling {pool.name} from {pool.desired} to {number} pods; leaving: {names}")
        undo = partial(self._undo, pool, leaving, drain)
        async with drain.lease():
            await with_rollback(self._prepare(pool, leaving, drain, scheduler), undo, self.tell)
        await with_rollback(self._set(pool, number), undo, self.tell)
        await self._until_gone(pool, {one.pod for one in leaving}, number)

    async def _remove_any(
        self, pool: Pool, number: int, found: list[Candidate], missing: ForbiddenError
    ) -> None:
        """Let Kubernetes choose the pods that leave. Raises `missing` if they have no hook."""
        if not _has_hook(pool):
            raise missing
        choose.check_actors(found, self.force)
        if number == 0:
            addresses = tuple(address for one in pool.workers.values() for address in one)
            drain = Drain(self.comm, addresses, self.tell, self.force)
            await _check_staying(drain, await self._scheduler(drain))
        self.tell(
            f"Scaling {pool.name} from {pool.desired} to {number} pods. Kubernetes chooses the "
            f"pods that leave, because you are not allowed to {missing.verb} {missing.resource}; "
            "their preStop hooks hand over results and wait for running tasks"
        )
        await self._set(pool, number)
        await self._until_gone(pool, None, number)

    async def _check_rights(self, pool: Pool, number: int) -> str | ForbiddenError:
        """Check by dry runs what is allowed, before anything is changed.

        Returns the subresource by which pods can be marked, or why they cannot be marked. Raises
        ForbiddenError without the permission to scale.
        """
        await self._set(pool, number, dry_run=True)
        refused: list[ForbiddenError] = []
        for part in _MARKED_BY:
            try:
                for pod in pool.living[:1]:
                    marked = replace(self, marked_by=part)
                    await marked._mark(pool, pods.name(pod), _CHEAPEST, dry_run=True)
            except ForbiddenError as error:
                refused.append(error)
            else:
                return part
        return refused[0]

    async def _scheduler(self, drain: Drain) -> Object:
        """Return what the scheduler reports about itself; nothing without workers to drain."""
        identity: Object = await self.comm.identity() if drain.addresses else {}
        return identity

    async def _prepare(
        self, pool: Pool, leaving: list[Candidate], drain: Drain, scheduler: Object
    ) -> None:
        await drain.finish_tasks(self._task_seconds(pool))
        # Marks of a handle that was killed are removed.
        stale = [pods.name(pod) for pod in pool.living if _cost(pod) == _CHEAPEST]
        wanted = {one.pod: _CHEAPEST for one in leaving}
        await self._mark_all(pool, {**dict.fromkeys(stale), **wanted})
        seen, identity = await asyncio.gather(self._again(pool), self._scheduler(drain))
        if (now := seen.desired) != pool.desired:
            raise ScaleError(
                f"Somebody else scaled {pool.name} from {pool.desired} to {now} pods in the "
                f"meantime. {_UNCHANGED}"
            )
        if identity.get("id") != scheduler.get("id"):
            raise LostError(f"The scheduler was replaced in the meantime. {_UNCHANGED}")
        await drain.leave()

    async def _undo(self, pool: Pool, leaving: list[Candidate], drain: Drain) -> None:
        await self._mark_all(pool, {one.pod: None for one in leaving})
        # Pods that others have deleted meanwhile leave: their workers must begin no more tasks.
        staying = _names(await self._again(pool)).intersection(one.pod for one in leaving)
        await drain.resume([address for pod in staying for address in pool.workers.get(pod, {})])

    async def _mark_all(self, pool: Pool, costs: dict[str, str | None]) -> None:
        """Mark pods; few at a time, because each request at the same time needs a connection."""
        gate = asyncio.Semaphore(_REQUESTS_AT_ONCE)

        async def mark(pod: str, cost: str | None) -> None:
            async with gate:
                await self._mark(pool, pod, cost)

        await asyncio.gather(*(mark(pod, cost) for pod, cost in costs.items()))

    async def _mark(self, pool: Pool, pod: str, cost: str | None, dry_run: bool = False) -> None:
        target = Target("pods", _namespace(pool), pod, self.marked_by)
        with suppress(MissingError):  # it has left
            body = {"metadata": {"annotations": {COST: cost}}}
            await self.kubernetes.patch(target, body, dry_run)

    async def _set(self, pool: Pool, number: int, dry_run: bool = False) -> None:
        target = Target("deployments", _namespace(pool), _name(pool), "scale")
        await self.kubernetes.patch(target, {"spec": {"replicas": number}}, dry_run)

    async def _until_gone(self, pool: Pool, wanted: set[str] | None, number: int) -> None:
        """Wait until the wanted pods have left, or as many as necessary if none are named.

        Raises DeviationError when others left instead.
        """
        before = _names(pool)
        begun, is_told = time.monotonic(), False
        async with Changes.of(self.kubernetes, pool.deployment) as changes:
            while still := _left(seen := await self._again(pool), wanted, number):
                seconds = time.monotonic() - begun
                if seconds > _grace_seconds(pool) + MARGIN_SECONDS:
                    raise WaitError(
                        f"{pool.name}: pods are not removed: {_running(seen, still)}", []
                    )
                if seconds > MARGIN_SECONDS and not is_told:
                    self.tell(
                        f"Still waiting for containers that do not stop: {_running(seen, still)}. "
                        f"Kubernetes kills them {_grace_seconds(pool):.0f} s after their pod was "
                        "deleted"
                    )
                    is_told = True
                await changes.next()
                await asyncio.sleep(len(seen.pods) / _PODS_PER_SECOND)
        if wanted is None:
            return
        now = _names(seen)
        others, stayed = sorted(before - now - wanted), sorted(wanted & now)
        if others and stayed:
            raise DeviationError(
                f"{pool.name}: Kubernetes removed {', '.join(others)} instead of "
                f"{', '.join(stayed)}, because it prefers pods that are not ready. Results that "
                "only those held were not copied by this handle, only by their own preStop hook "
                "(if drain.enabled is true)",
                others,
            )

    def _task_seconds(self, pool: Pool) -> float:
        return _grace_seconds(pool) if self.timeout is None else self.timeout


_UNCHANGED = "Nothing was changed; scale again"


async def _check_staying(drain: Drain, scheduler: Object) -> None:
    """Raise LossError if no worker that stays can take the results."""
    known = scheduler.get("workers", {}).items()
    running = [address for address, worker in known if worker.get("status") == "running"]
    await drain.check([one for one in running if one not in drain.addresses])


def _names(pool: Pool) -> set[str]:
    return {pods.name(pod) for pod in pool.living}


def _left(pool: Pool, wanted: set[str] | None, number: int) -> set[str]:
    """Return the wanted pods that have not left yet; if enough pods have, the others will stay."""
    here = {pods.name(pod) for pod in pool.pods}
    staying = _names(pool) if len(pool.living) <= number else set()
    return (here if wanted is None else wanted & here) - staying


def _has_hook(pool: Pool) -> bool:
    """Return whether the pods run a preStop hook, which hands over what they hold."""
    containers = pool.deployment["spec"]["template"]["spec"]["containers"]
    return any((one.get("lifecycle") or {}).get("preStop") for one in containers)


def _running(pool: Pool, names: set[str]) -> str:
    """Return the named pods with their containers that still run."""
    return listed(
        f"{pods.name(pod)} ({', '.join(pods.running_containers(pod))})"
        for pod in pool.pods
        if pods.name(pod) in names
    )


def _cost(pod: Object) -> str | None:
    annotations: dict[str, str] = pod["metadata"].get("annotations") or {}
    return annotations.get(COST)


def _rolls_out(deployment: Object) -> bool:
    """Return whether pods of an older revision are still being replaced."""
    status, metadata = deployment.get("status", {}), deployment["metadata"]
    if status.get("observedGeneration", 0) < metadata.get("generation", 0):
        return True
    return int(status.get("replicas", 0)) > int(status.get("updatedReplicas", 0))


def _grace_seconds(pool: Pool) -> float:
    """Return the time that Kubernetes gives a pod of the pool to end."""
    spec = pool.deployment["spec"]["template"]["spec"]
    return float(spec.get("terminationGracePeriodSeconds", 30))


def _name(pool: Pool) -> str:
    return str(pool.deployment["metadata"]["name"])


def _namespace(pool: Pool) -> str:
    return str(pool.deployment["metadata"]["namespace"])
