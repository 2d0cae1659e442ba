"""Waits for pods and workers, and stops early if they cannot start.

A pod that cannot start is reported at once. If its worker is necessary, waiting ends: at once for a
missing image or a crashing container, a little later for a pod that fits on no node or exceeds a
quota, but not while an autoscaler creates a node for it. A problem that only delays a pod, such as
a missing volume, is reported, and waiting continues.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.watch import POLL_SECONDS, WATCH_SECONDS, Changes
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.events import SlowPods, events
from dask_helm.cluster.release.pods import Trouble
from dask_helm.cluster.release.pools import Look, Pool, Tell, View
from dask_helm.cluster.tasks import end
from dask_helm.errors import KubernetesError, StartError, WaitError

# Events of the cluster autoscaler and Karpenter: whether they create a node for a pod.
_NODE_COMES = {"TriggeredScaleUp", "Nominated"}
_NO_NODE_COMES = {"NotTriggerScaleUp"}
# Autoscalers check every ten seconds, and request a node before they report it.
TROUBLE_SECONDS = 30.0
_LOG_LINES = 10
# How long the last look may take after the timeout, so that its result can still be reported.
_LAST_LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class Lack:
    """A description of what is still missing.

    With `hope`, waiting can succeed although some pods are in trouble. Missing workers
    (`of_workers`) can appear without a change of pods, so they must be polled.
    """

    text: str
    hope: bool = False
    of_workers: bool = True


@dataclass
class Waiter:
    """Waits for one condition; `namespace` is that of the release."""

    kubernetes: Kubernetes
    namespace: str
    look: Look
    tell: Tell
    timeout: float | None = None
    _begun: float = field(default_factory=time.monotonic)
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slow = SlowPods(self.kubernetes, self.namespace)

    async def workers(self, number: int, pool: str | None) -> View:
        """Wait until that many workers run, without a pool also those of others.

        Raises StartError or WaitError.
        """

        def lack(view: View) -> Lack | None:
            selected = view.selected(pool)
            have = sum(one.running for one in selected) + (0 if pool else view.strangers)
            hoped = sum(one.starting * one.processes for one in selected)
            text = f"{have} of {number} workers run"
            return Lack(text, hope=have + hoped >= number) if have < number else None

        return await self._until(lack, lambda view: view.selected(pool) + view.schedulers)

    async def ready(self, pool: str | None = None) -> View:
        """Wait until all wanted pods are ready and their workers run.

        With a pool, only for its pods. Raises StartError or WaitError.
        """

        def parts(view: View) -> list[Pool]:
            return view.selected(pool) + ([] if pool else view.others)

        def lack(view: View) -> Lack | None:
            lacks = [one for part in parts(view) if (one := _lack(part, view))]
            text = "; ".join(one.text for one in lacks)
            of_workers = any(one.of_workers for one in lacks)
            return Lack(text, of_workers=of_workers) if lacks else None

        return await self._until(lack, parts)

    async def _until(
        self, lack: Callable[[View], Lack | None], parts: Callable[[View], list[Pool]]
    ) -> View:
        view = await self._look()
        release = view.release
        async with Changes(self.kubernetes, release.namespace, release.pods) as changes:
            while found := lack(view):
                await self._check(found, parts(view))
                pause = POLL_SECONDS if found.of_workers else WATCH_SECONDS
                await changes.next(min(pause, self._left()))
                view = await self._look()
        return view

    async def _look(self) -> View:
        """Look, at most until the timeout: a lost scheduler delays the result for long."""
        limit = None if self.timeout is None else self._left() + _LAST_LOOK_SECONDS
        try:
            return await asyncio.wait_for(self.look(), limit)
        except asyncio.TimeoutError:
            raise WaitError(
                f"The scheduler or the API server did not answer within {self.timeout:g} s", []
            ) from None

    def _left(self) -> float:
        """Return after how many seconds to look again, to end in time."""
        if self.timeout is None:
            return WATCH_SECONDS
        return max(self.timeout - (time.monotonic() - self._begun), POLL_SECONDS)

    async def _check(self, lack: Lack, parts: list[Pool]) -> None:
        """Raise StartError if pods cannot start, and WaitError after the timeout."""
        living = [pod for pool in parts for pod in pool.living]
        troubles = [one for pool in parts for one in pool.troubles(pool.living)]
        troubles += await self._slow.troubles(living)
        new = [one for one in troubles if one.key not in self._seen]
        self._seen.update(dict.fromkeys((one.key for one in new), time.monotonic()))
        for _, text in pods.grouped(new):
            self.tell(text)
        leaving = any(pods.leaving(pod) for pool in parts for pod in pool.pods)
        relevant = [] if lack.hope else troubles
        final = [one for one in relevant if await self._is_final(one, leaving)]
        if final:
            explained = await self._explained(final)
            raise StartError(f"{lack.text}; pods cannot start:", explained)
        if self.timeout is not None and time.monotonic() - self._begun > self.timeout:
            explained = await self._explained(troubles)
            raise WaitError(f"{lack.text} after {self.timeout:g} s", explained)

    async def _is_final(self, trouble: Trouble, leaving: bool) -> bool:
        """Return whether a trouble is permanent; pods that are `leaving` release their quota."""
        is_old = time.monotonic() - self._seen[trouble.key] > TROUBLE_SECONDS
        if trouble.reason == pods.UNSCHEDULABLE:
            found = await events(self.kubernetes, self.namespace, trouble.pod)
            reasons = {str(one.get("reason")) for one in found}
            return not reasons & _NODE_COMES and (is_old or bool(reasons & _NO_NODE_COMES))
        if trouble.reason == pods.REFUSED:
            return is_old and not leaving
        return trouble.hopeless

    async def _explained(self, troubles: Iterable[Trouble]) -> list[str]:
        """Return troubles by reason as text, with the last lines of a crashing container."""
        texts = []
        for trouble, text in pods.grouped(troubles):
            lines = [text]
            if trouble.reason == "CrashLoopBackOff":
                which = {"container": trouble.container, "previous": "true"}
                params = {**which, "tailLines": str(_LOG_LINES)}
                with suppress(KubernetesError):
                    log = await self.kubernetes.log(self.namespace, trouble.pod, params)
                    lines += [f"    {line}" for line in log.splitlines()]
            texts.append("\n".join(lines))
        return texts


def _lack(pool: Pool, view: View) -> Lack | None:
    ready = sum(map(pods.ready, pool.living))
    if ready != pool.desired or len(pool.living) != pool.desired:
        text = f"{pool.name}: {ready} of {pool.desired} pods are ready"
        return Lack(text, of_workers=False)
    wanted = pool.desired * pool.processes
    if pool.name in view.pools and pool.running < wanted:
        return Lack(f"{pool.name}: {pool.running} of {wanted} workers run")
    return None


class Starting:
    """Waits in the background for pools that were scaled up, to report their troubles."""

    def __init__(self, waiter: Callable[[], Waiter]) -> None:
        self._waiter = waiter
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def expect(self, pool: str) -> None:
        """Wait until all wanted pods of a pool run; this replaces an earlier wait for the pool."""
        self.forget(pool)
        task = self._tasks[pool] = asyncio.create_task(self._waiter().ready(pool))

        def ignore(task: "asyncio.Task[Any]") -> None:
            """Retrieve the exception: its troubles were reported already."""
            if not task.cancelled():
                task.exception()

        task.add_done_callback(ignore)

    def forget(self, pool: str) -> None:
        """Stop waiting for a pool."""
        if task := self._tasks.pop(pool, None):
            task.cancel()

    async def settled(self) -> None:
        """Wait for all expected pools. Raises StartError or WaitError, each once."""
        while self._tasks:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            for pool in [name for name, task in self._tasks.items() if task.done()]:
                self._tasks.pop(pool).result()

    async def stop(self) -> None:
        """Stop waiting."""
        await end(*self._tasks.values())
