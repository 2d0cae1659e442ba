"""What a release looks like from outside, for programs and tables."""

import asyncio
from dataclasses import asdict
from typing import Any

from dask_helm.cluster import pods, pools, releases
from dask_helm.cluster.access import Access
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.pools import Pool, View
from dask_helm.cluster.releases import Release, Wanted
from dask_helm.cluster.schemes import labels_of

Summary = dict[str, Any]


def summary(view: View) -> Summary:
    """Return a release in plain data; numbers of workers are 0 where no scheduler was asked."""
    everything = [*view.pools.values(), *view.others]
    return {
        "release": view.release.name,
        "namespace": view.release.namespace,
        "chart": next(filter(None, (_chart(one.deployment) for one in everything)), ""),
        "scheduler": _state(view.schedulers),
        "groups": {name: asdict(pool.numbers) for name, pool in view.pools.items()},
        "troubles": [str(one) for pool in everything for one in pool.troubles(pool.pods)],
    }


def _chart(deployment: Object) -> str:
    own = labels_of(deployment)
    return own.get("helm.sh/chart") or own.get("chart", "")


def _state(schedulers: list[Pool]) -> str:
    if not schedulers:
        return "elsewhere"
    return "ready" if any(map(pods.ready, schedulers[0].pods)) else "not ready"


async def of_all(access: Access, namespace: str | None, everywhere: bool) -> list[Summary]:
    """Return the releases of a namespace, or of all. Raises KubernetesError."""
    async with Kubernetes(access) as kubernetes:
        where = "" if everywhere else namespace or kubernetes.namespace
        found = await releases.releases(kubernetes, where)
        views = await asyncio.gather(*(pools.view(kubernetes, one, {}) for one in found))
        return [summary(one) for one in views]


async def of_one(access: Access, wanted: Wanted) -> Summary:
    """Return one release, without its scheduler's word. Raises ClusterError."""
    async with Kubernetes(access) as kubernetes:
        release: Release = await releases.find(kubernetes, wanted)
        return summary(await pools.view(kubernetes, release, {}))
