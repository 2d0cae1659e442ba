"""Waiting for pods and workers: not for ever, and not for what will never come.

A pod that cannot start is told at once. When what is waited for cannot come without it, waiting
ends: at once for an image that is missing or a container that crashes, a little later for a pod
that no node has room for or that a quota forbids, and not at all while an autoscaler makes a node
for it. What keeps a pod that starts slowly, as a volume that is missing, is told and waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from dask_helm.cluster import pods
from dask_helm.cluster.changes import OFTEN, SELDOM, Changes
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.noting import Slow, events
from dask_helm.cluster.pods import Trouble
from dask_helm.cluster.pools import Pool, View
from dask_helm.errors import KubernetesError, StartError, WaitError

# What the cluster autoscaler and Karpenter say of a pod for which they make a node, or make none.
_NODE_COMES = {"TriggeredScaleUp", "Nominated"}
_NO_NODE_COMES = {"NotTriggerScaleUp"}
# Autoscalers look every ten seconds, and then ask for a node before they say so.
_PATIENCE = 30.0
_LINES = 10
# Seconds that a look may take when the time is over, so that its answer can still be told.
_LAST_LOOK = 2.0

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

    def __post_init__(self) -> None:
        self._slow = Slow(self.kubernetes, self.namespace)

    async def workers(self, number: int, group: str | None) -> View:
        """Wait until that many workers run. Raises StartError or WaitError."""

        def lack(view: View) -> Lack | None:
            chosen = view.chosen(group)
            have = sum(pool.running for pool in chosen)
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
        view = await self._look()
        release = view.release
        selector = release.scheme.selector(release.name)
        async with Changes(self.kubernetes, release.namespace, selector) as changes:
            while found := lack(view):
                await self._consider(found, parts(view))
                await changes.next(min(OFTEN if found.of_workers else SELDOM, self._left()))
                view = await self._look()
        return view

    async def _look(self) -> View:
        """Look, but for no longer than there is time: one who has gone is waited for long."""
        limit = None if self.timeout is None else self._left() + _LAST_LOOK
        try:
            return await asyncio.wait_for(self.look(), limit)
        except asyncio.TimeoutError:
            said = f"scheduler or API server do not answer; given up after {self.timeout:g} s"
            raise WaitError(said, []) from None

    def _left(self) -> float:
        """Return the seconds after which one has to look again to end in time."""
        if self.timeout is None:
            return SELDOM
        return max(self.timeout - (time.monotonic() - self._begun), OFTEN)

    async def _consider(self, lack: Lack, parts: list[Pool]) -> None:
        """Raise when it makes no sense to go on."""
        living = [pod for pool in parts for pod in pool.living]
        troubles = [one for pool in parts for one in pool.troubles(pool.living)]
        troubles += await self._slow.troubles(living)
        self._report(troubles)
        leaving = any(pods.leaving(pod) for pool in parts for pod in pool.pods)
        hopeless = [] if lack.hope else troubles
        final = [one for one in hopeless if await self._is_final(one, leaving)]
        if final:
            raise StartError(f"{lack.text}; pods do not start:", await self._explained(final))
        if self.timeout is not None and time.monotonic() - self._begun > self.timeout:
            told = await self._explained(troubles)
            raise WaitError(f"{lack.text} after {self.timeout:g} s", told)

    def _report(self, troubles: Iterable[Trouble]) -> None:
        for trouble in troubles:
            if trouble.key not in self._seen:
                self._seen[trouble.key] = time.monotonic()
                self.tell(str(trouble))

    async def _is_final(self, trouble: Trouble, leaving: bool) -> bool:
        """Whether it stays; pods that are `leaving` make room in a quota."""
        if trouble.reason == pods.UNSCHEDULABLE:
            return await self._stays_without_node(trouble)
        if trouble.reason == pods.REFUSED:
            return self._is_old(trouble) and not leaving
        return trouble.hopeless

    async def _stays_without_node(self, trouble: Trouble) -> bool:
        told = await events(self.kubernetes, self.namespace, trouble.pod)
        reasons = {str(one.get("reason")) for one in told}
        if reasons & _NODE_COMES:
            return False
        return self._is_old(trouble) or bool(reasons & _NO_NODE_COMES)

    def _is_old(self, trouble: Trouble) -> bool:
        return time.monotonic() - self._seen[trouble.key] > _PATIENCE

    async def _explained(self, troubles: list[Trouble]) -> list[str]:
        """Return troubles in words, with the last lines of those that crash."""
        return [f"{trouble}{await self._last_lines(trouble)}" for trouble in troubles]

    async def _last_lines(self, trouble: Trouble) -> str:
        if trouble.reason != "CrashLoopBackOff":
            return ""
        which = {"container": trouble.container, "previous": "true"}
        params = {**which, "tailLines": str(_LINES)}
        try:
            text = await self.kubernetes.log(self.namespace, trouble.pod, params)
        except KubernetesError:
            return ""
        return "".join(f"\n    {line}" for line in text.splitlines())


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
    wanted = pool.desired * pool.processes
    if pool.name in view.pools and pool.running < wanted:
        return Lack(f"{pool.name}: {pool.running} of {wanted} workers run")
    return None
