"""Waiting for pods and workers: not for ever, and not for what will never come.

A pod that cannot start is told at once. When what is waited for cannot come without it, waiting
ends: at once for an image that is missing or a container that crashes, a little later for a pod
that no node has room for, and not at all while an autoscaler makes a node for it.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from dask_helm.cluster import pods
from dask_helm.cluster.changes import OFTEN, SELDOM, Changes
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.pods import Trouble
from dask_helm.cluster.pools import Pool, View
from dask_helm.errors import KubernetesError, StartError, WaitError

# What the cluster autoscaler and Karpenter say of a pod for which they make a node.
_NODE_COMES = {"TriggeredScaleUp", "Nominated"}
_PATIENCE = 5.0
_LINES = 10

# Looks at the release, at the workers too.
Look = Callable[[], Awaitable[View]]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Lack:
    """What is still missing, in words, and whether it can come without the pods in trouble.

    Workers come without a change of their pods, so that one has to look for them.
    """

    text: str
    hope: bool = False
    of_workers: bool = True


@dataclass
class Waiter:
    """Waits for one thing; `namespace` is that of the release."""

    kubernetes: Kubernetes
    namespace: str
    look: Look
    tell: Tell
    timeout: float | None = None
    _begun: float = field(default_factory=time.monotonic)
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    async def workers(self, number: int, group: str | None) -> View:
        """Wait until that many workers run. Raises StartError or WaitError."""

        def lack(view: View) -> Lack | None:
            chosen = view.chosen(group)
            have = sum(_running(pool) for pool in chosen)
            hoped = sum(len(_hopeful(pool)) * pool.processes for pool in chosen)
            text = f"{have} of {number} workers run"
            return Lack(text, hope=have + hoped >= number) if have < number else None

        return await self._until(lack, lambda view: view.chosen(group) + view.schedulers)

    async def ready(self, group: str | None = None) -> View:
        """Wait until all wanted pods are ready and their workers run.

        With a group only those of that pool. Raises StartError or WaitError.
        """

        def parts(view: View) -> list[Pool]:
            return view.chosen(group) + ([] if group else view.others)

        def lack(view: View) -> Lack | None:
            lacking = [one for pool in parts(view) if (one := _lacking(pool, view))]
            text = "; ".join(one.text for one in lacking)
            of_workers = any(one.of_workers for one in lacking)
            return Lack(text, of_workers=of_workers) if lacking else None

        return await self._until(lack, parts)

    async def _until(
        self, lack: Callable[[View], Lack | None], parts: Callable[[View], list[Pool]]
    ) -> View:
        view = await self.look()
        release = view.release
        selector = release.scheme.selector(release.name)
        async with Changes(self.kubernetes, release.namespace, selector) as changes:
            while found := lack(view):
                await self._consider(found, [pod for pool in parts(view) for pod in pool.living])
                await changes.next(min(OFTEN if found.of_workers else SELDOM, self._left()))
                view = await self.look()
        return view

    def _left(self) -> float:
        """Return the seconds after which one has to look again to end in time."""
        if self.timeout is None:
            return SELDOM
        return max(self.timeout - (time.monotonic() - self._begun), OFTEN)

    async def _consider(self, lack: Lack, found: list[Object]) -> None:
        """Raise when it makes no sense to go on."""
        troubles = [trouble for pod in found if (trouble := pods.trouble(pod))]
        self._report(troubles)
        final = [one for one in troubles if await self._is_final(one)]
        if final and not lack.hope:
            raise StartError(f"{lack.text}; pods do not start:", await self._explained(final))
        if self.timeout is not None and time.monotonic() - self._begun > self.timeout:
            told = await self._explained(troubles)
            raise WaitError(f"{lack.text} after {self.timeout:g} s", told)

    def _report(self, troubles: Iterable[Trouble]) -> None:
        for trouble in troubles:
            if trouble.key not in self._seen:
                self._seen[trouble.key] = time.monotonic()
                self.tell(str(trouble))

    async def _is_final(self, trouble: Trouble) -> bool:
        if trouble.reason != pods.UNSCHEDULABLE:
            return trouble.hopeless
        if time.monotonic() - self._seen[trouble.key] < _PATIENCE:
            return False
        told = await events(self.kubernetes, self.namespace, trouble.pod)
        return not any(one.get("reason") in _NODE_COMES for one in told)

    async def _explained(self, troubles: list[Trouble]) -> list[str]:
        """Return troubles in words, with the last lines of those that crash."""
        return [f"{trouble}{await self._last_lines(trouble)}" for trouble in troubles]

    async def _last_lines(self, trouble: Trouble) -> str:
        if trouble.reason != "CrashLoopBackOff":
            return ""
        params = {"previous": "true", "tailLines": str(_LINES)}
        try:
            text = await self.kubernetes.log(self.namespace, trouble.pod, params)
        except KubernetesError:
            return ""
        return "".join(f"\n    {line}" for line in text.splitlines())


async def events(kubernetes: Kubernetes, namespace: str, pod: str) -> list[Object]:
    """Return what Kubernetes noted of a pod, the oldest first; nothing if it may not be read."""
    chosen = {"fieldSelector": f"involvedObject.kind=Pod,involvedObject.name={pod}"}
    try:
        found = await kubernetes.find("events", namespace, chosen)
    except KubernetesError:
        return []
    return sorted(found, key=_when)


def _when(event: Object) -> str:
    given = event.get("lastTimestamp") or event.get("eventTime")
    return str(given or event["metadata"].get("creationTimestamp", ""))


def _running(pool: Pool) -> int:
    return sum(worker.get("status", "running") == "running" for worker in pool.registered)


def _hopeful(pool: Pool) -> list[Object]:
    """Return the pods that have no worker yet and no trouble either."""
    return [
        pod for pod in pool.living if pods.name(pod) not in pool.workers and not pods.trouble(pod)
    ]


def _lacking(pool: Pool, view: View) -> Lack | None:
    ready = sum(map(pods.ready, pool.living))
    if ready != pool.desired or len(pool.living) != pool.desired:
        text = f"{pool.name}: {ready} of {pool.desired} pods are ready"
        return Lack(text, of_workers=False)
    if pool.name in view.pools and len(pool.workers) < pool.desired:
        have = len(pool.workers)
        return Lack(f"{pool.name}: workers of {have} of {pool.desired} pods are registered")
    return None
