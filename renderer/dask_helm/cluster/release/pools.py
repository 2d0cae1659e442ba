"""The pools of a release: the wanted size, the pods, and the workers that the scheduler knows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dask_helm import labels
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pods import Trouble
from dask_helm.cluster.release.schemes import DEFAULT_POOL
from dask_helm.errors import ArgumentError, NoReleaseError, UnknownPoolError, hint

Worker = dict[str, Any]


def is_running(worker: Worker) -> bool:
    """Return whether a worker takes tasks; old schedulers do not report the status."""
    return bool(worker.get("status", "running") == "running")


@dataclass(frozen=True)
class PoolStatus:
    """A pool in numbers.

    `desired` and `ready` count pods, `registered` counts the worker processes that the scheduler
    knows; `threads` and `memory` (bytes) are theirs.
    """

    desired: int
    ready: int
    registered: int
    threads: int
    memory: int


@dataclass(frozen=True)
class Pool:
    """A pool: its Deployment, its pods, and the workers in each pod by their addresses."""

    name: str
    deployment: Object
    pods: list[Object]
    workers: dict[str, dict[str, Worker]] = field(default_factory=dict)

    @property
    def desired(self) -> int:
        """The wanted number of pods."""
        return int(self.deployment["spec"].get("replicas", 1))

    @property
    def counted(self) -> int:
        """The number of pods that Kubernetes counts, without those being deleted."""
        return int(self.deployment.get("status", {}).get("replicas", 0))

    @property
    def living(self) -> list[Object]:
        """The pods that the Deployment counts as its replicas."""
        return pods.living(self.pods)

    @property
    def registered(self) -> list[Worker]:
        """The workers that the scheduler knows."""
        return [worker for each in self.workers.values() for worker in each.values()]

    @property
    def running(self) -> int:
        """The number of workers that take tasks, in pods that are not being deleted."""
        own = (self.workers.get(pods.name(pod), {}).values() for pod in self.living)
        return sum(is_running(one) for each in own for one in each)

    @property
    def processes(self) -> int:
        """The number of workers per pod: each has a port of its own, except in the older chart."""
        declared = pods.count_ports(self.deployment, labels.COMM_PORT)
        return max(1, declared, *map(len, self.workers.values()))

    @property
    def starting(self) -> int:
        """The number of pods that have neither a worker yet nor a trouble."""
        waiting = (pod for pod in self.living if pods.name(pod) not in self.workers)
        return sum(not pods.trouble(pod) for pod in waiting)

    def names(self, pod: Object) -> set[str]:
        """Return the names of a pod and of its workers, and the addresses of its workers."""
        workers = self.workers.get(pods.name(pod), {})
        return {pods.name(pod), *workers, *(str(one["name"]) for one in workers.values())}

    def troubles(self, found: list[Object]) -> list[Trouble]:
        """Return why some of the pods do not run, and why no more can be created."""
        given = (pods.refusal(self.deployment), *map(pods.trouble, found))
        return [one for one in given if one]

    @property
    def status(self) -> PoolStatus:
        """The pool in numbers."""
        known = self.registered
        return PoolStatus(
            desired=self.desired,
            ready=sum(map(pods.ready, self.pods)),
            registered=len(known),
            threads=sum(worker["nthreads"] for worker in known),
            memory=sum(worker["memory_limit"] or 0 for worker in known),
        )


@dataclass(frozen=True)
class View:
    """The state of a release; `others` are its other Deployments, with their pods.

    `strangers` is the number of running workers of its scheduler that belong to none of its pools.
    """

    release: Release
    pools: dict[str, Pool]
    others: list[Pool]
    strangers: int = 0

    def pool(self, name: str) -> Pool:
        """Return a pool. Raises UnknownPoolError."""
        if name not in self.pools:
            raise UnknownPoolError(name, str(self.release), sorted(self.pools))
        return self.pools[name]

    def one(self, name: str | None) -> Pool:
        """Return the named pool; without a name as `choose`. Raises ArgumentError."""
        return self.pool(choose(self.pools, name, self.release))

    def selected(self, name: str | None) -> list[Pool]:
        """Return one pool, or all of them for None. Raises UnknownPoolError."""
        return [self.pool(name)] if name is not None else list(self.pools.values())

    @property
    def schedulers(self) -> list[Pool]:
        """The Deployment of the scheduler; empty if the scheduler is elsewhere."""
        return [one for one in self.others if one.name == self.release.scheme.scheduler]


# Returns the present state of the release and of the workers that the scheduler knows.
Look = Callable[[], Awaitable[View]]
# Reports progress to the user.
Tell = Callable[[str], None]


def choose(names: Iterable[str], pool: str | None, release: object) -> str:
    """Return the given pool, `default`, or the only pool. Raises ArgumentError."""
    known = list(names)
    if pool is not None:
        return pool
    if len(known) == 1:
        return known[0]
    if DEFAULT_POOL in known:
        return DEFAULT_POOL
    raise ArgumentError(
        f"{release} has no pool {DEFAULT_POOL!r}. Pools: {', '.join(known) or 'none'}",
        hint=hint("Name one: {}", worker_group="POOL"),
    )


async def view(kubernetes: Kubernetes, release: Release, workers: dict[str, Worker]) -> View:
    """Return the state of the release; `workers` are those of the scheduler, by address.

    Raises NoReleaseError if the release was removed.
    """
    deployments, found = await asyncio.gather(
        kubernetes.labelled("deployments", release.namespace, release.selector),
        kubernetes.labelled("pods", release.namespace, release.pods),
    )
    if not deployments:
        raise NoReleaseError(f"Release {release} was removed: it has no Deployments")

    def pool(name: str, deployment: Object, known: dict[str, Worker]) -> Pool:
        own = release.scheme.pods_of(deployment, found)
        return Pool(name, deployment, own, by_pod(own, known))

    named = release.scheme.pools(deployments)
    rest = [one for one in deployments if one not in named.values()]
    own = {name: pool(name, one, workers) for name, one in sorted(named.items())}
    homes = {address for one in own.values() for each in one.workers.values() for address in each}
    strangers = [worker for address, worker in workers.items() if address not in homes]
    return View(
        release,
        own,
        [pool(release.scheme.component_of(one), one, {}) for one in rest],
        sum(map(is_running, strangers)),
    )


def by_pod(found: list[Object], workers: dict[str, Worker]) -> dict[str, dict[str, Worker]]:
    """Return the workers of each pod with workers.

    A worker has the name of its pod, with `-0` and so on where a pod runs several. In the older
    chart its name is arbitrary, and the address of the pod identifies it.
    """
    names = {pods.name(pod) for pod in found}
    ips = {ip: pods.name(pod) for pod in found if (ip := pod.get("status", {}).get("podIP"))}
    homes: dict[str, dict[str, Worker]] = {}
    for address, worker in workers.items():
        name = str(worker.get("name", ""))
        prefix, _, index = name.rpartition("-")
        candidates = [name, prefix] if index.isdigit() else [name]
        home = next((one for one in candidates if one in names), None)
        if home := home or ips.get(worker.get("host", "")):
            homes.setdefault(home, {})[address] = worker
    return homes
