"""The pools of a release: what is wanted, which pods there are, which workers the scheduler has."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dask_helm import labels
from dask_helm.cluster import pods
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.pods import Trouble
from dask_helm.cluster.releases import Release
from dask_helm.cluster.schemes import DEFAULT_POOL
from dask_helm.errors import ArgumentError, NoReleaseError, UnknownGroupError

Worker = dict[str, Any]


@dataclass(frozen=True)
class WorkerGroup:
    """A pool in numbers.

    `desired` and `ready` count pods, `registered` the worker processes that the scheduler has,
    `threads` and `memory` (bytes) are theirs.
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
        """How many pods are wanted."""
        return int(self.deployment["spec"].get("replicas", 1))

    @property
    def living(self) -> list[Object]:
        """The pods that the Deployment counts."""
        return pods.living(self.pods)

    @property
    def registered(self) -> list[Worker]:
        """The workers that the scheduler knows."""
        return [worker for each in self.workers.values() for worker in each.values()]

    @property
    def running(self) -> int:
        """How many workers of pods that stay take tasks."""
        own = (self.workers.get(pods.name(pod), {}).values() for pod in self.living)
        return sum(one.get("status", "running") == "running" for each in own for one in each)

    @property
    def processes(self) -> int:
        """How many workers a pod runs: each has a port of its own; the older chart names none."""
        declared = pods.count_ports(self.deployment, labels.COMM_PORT)
        return max(1, declared, *map(len, self.workers.values()))

    def troubles(self, found: list[Object]) -> list[Trouble]:
        """Return why pods of these do not run, and why there are not more of them."""
        told = (pods.refusal(self.deployment), *map(pods.trouble, found))
        return [one for one in told if one]

    @property
    def numbers(self) -> WorkerGroup:
        """The pool in numbers."""
        known = self.registered
        return WorkerGroup(
            desired=self.desired,
            ready=sum(map(pods.ready, self.pods)),
            registered=len(known),
            threads=sum(worker["nthreads"] for worker in known),
            memory=sum(worker["memory_limit"] or 0 for worker in known),
        )


@dataclass(frozen=True)
class View:
    """A release at one time; `others` are the Deployments that are no pools, with their pods."""

    release: Release
    pools: dict[str, Pool]
    others: list[Pool]

    def pool(self, name: str) -> Pool:
        """Return a pool. Raises UnknownGroupError."""
        if name not in self.pools:
            raise UnknownGroupError(name, str(self.release), sorted(self.pools))
        return self.pools[name]

    @property
    def schedulers(self) -> list[Pool]:
        """The scheduler's Deployment; none when it is elsewhere."""
        return [one for one in self.others if one.name == self.release.scheme.scheduler]

    def chosen(self, name: str | None) -> list[Pool]:
        """Return one pool, or all of them for None."""
        return [self.pool(name)] if name is not None else list(self.pools.values())


def chosen_name(names: Iterable[str], group: str | None, release: object) -> str:
    """Return the named pool; without a name `default`, or the only one. Raises ArgumentError."""
    known = list(names)
    if group is not None:
        return group
    if len(known) == 1:
        return known[0]
    if DEFAULT_POOL in known:
        return DEFAULT_POOL
    told = ", ".join(known) or "none"
    raise ArgumentError(f"{release} has no pool called {DEFAULT_POOL}; name one of: {told}")


async def view(kubernetes: Kubernetes, release: Release, workers: dict[str, Worker]) -> View:
    """Return the release as it is now; `workers` are those that the scheduler has, by address.

    Raises NoReleaseError when it has gone.
    """
    deployments, found = await asyncio.gather(
        kubernetes.labelled("deployments", release.namespace, release.selector),
        kubernetes.labelled("pods", release.namespace, release.scheme.selector(release.name)),
    )
    if not deployments:
        raise NoReleaseError(f"release {release} is not there any more: it has no Deployments")
    named = release.scheme.pools(deployments)
    pools = {name: _pool(release, name, one, found, workers) for name, one in sorted(named.items())}
    rest = [one for one in deployments if one not in named.values()]
    others = [_pool(release, release.scheme.component_of(one), one, found, {}) for one in rest]
    return View(release, pools, others)


def _pool(
    release: Release, name: str, deployment: Object, found: list[Object], workers: dict[str, Worker]
) -> Pool:
    own = release.scheme.pods_of(deployment, found)
    return Pool(name, deployment, own, by_pod(own, workers))


def by_pod(found: list[Object], workers: dict[str, Worker]) -> dict[str, dict[str, Worker]]:
    """Return the workers of each pod that has some.

    A worker is called after its pod, with `-0` and so on where a pod has several; in the older
    chart it is not, and is told by the pod's address.
    """
    names = {pods.name(pod) for pod in found}
    ips = {ip: pods.name(pod) for pod in found if (ip := pod.get("status", {}).get("podIP"))}
    homes: dict[str, dict[str, Worker]] = {}
    for address, worker in workers.items():
        if home := _home(worker, names) or ips.get(worker.get("host", "")):
            homes.setdefault(home, {})[address] = worker
    return homes


def _home(worker: Worker, names: set[str]) -> str | None:
    name = str(worker.get("name", ""))
    if name in names:
        return name
    pod, _, index = name.rpartition("-")
    return pod if index.isdigit() and pod in names else None
