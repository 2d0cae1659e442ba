"""The status of releases as plain data, for programs and tables."""

import asyncio
from dataclasses import asdict
from typing import Any

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.connect import pages
from dask_helm.cluster.connect.calls import answered
from dask_helm.cluster.release import discovery, pods, pools
from dask_helm.cluster.release.discovery import Release, ReleaseQuery
from dask_helm.cluster.release.pools import View
from dask_helm.cluster.release.schemes import labels_of

Summary = dict[str, Any]

# The topic of the scheduler's events, as in chart/files/dask_helm_handover.py.
HOOK_FAULTS = "dask-helm-hook-faults"


def summary(view: View, *, with_workers: bool = True) -> Summary:
    """Return a release as plain data; the workers' numbers are None unless `with_workers`."""
    unknown = {} if with_workers else dict.fromkeys(("registered", "threads", "memory"))
    everything = [*view.pools.values(), *view.others]
    own = [labels_of(one.deployment) for one in everything]
    charts = (labels.get("helm.sh/chart") or labels.get("chart") for labels in own)
    scheduler, pod, image = "elsewhere", None, None
    for one in view.schedulers[:1]:
        pod = max(pods.living(one.pods), key=pods.ready, default=None)
        scheduler = "ready" if pod and pods.ready(pod) else "not ready"
        image = pods.image(one.deployment)
    return {
        "release": view.release.name,
        "namespace": view.release.namespace,
        "chart": next(filter(None, charts), ""),
        "scheduler": scheduler,
        "image": image,
        "pod": pods.name(pod) if pod else None,
        "node": pod["spec"].get("nodeName") if pod else None,
        "created": pod["metadata"].get("creationTimestamp") if pod else None,
        "jupyter": _jupyter(view),
        "pools": {name: {**asdict(pool.status), **unknown} for name, pool in view.pools.items()},
        "troubles": [str(one) for pool in everything for one in pool.troubles(pool.pods)],
    }


def _jupyter(view: View) -> str:
    """Return whether Jupyter is ready, or why not."""
    for one in view.others:
        if one.name == view.release.scheme.jupyter:
            if any(map(pods.ready, one.pods)):
                return "ready"
            starting = "starting" if one.desired else "its Deployment is scaled to 0 pods"
            return f"not ready: {'; '.join(map(str, one.troubles(one.pods))) or starting}"
    return "none"


async def links(kubernetes: Kubernetes, release: Release) -> Summary:
    """Return the addresses of dashboard and Jupyter at their Ingresses; None without one."""
    jupyter = await pages.ingress(kubernetes, release, (release.scheme.jupyter,))
    dashboard = await pages.published_dashboard(kubernetes, release)
    return {"dashboard": dashboard or None, "jupyter_link": jupyter or None}


async def hook_faults(comm: Any, view: View) -> list[str]:
    """Return the pods whose preStop hook cannot work, as their nannies reported to the scheduler.

    The results of these pods are lost when they are removed. `comm` is that of the scheduler.
    Raises LostError when it does not answer.
    """
    with answered():
        events = await comm.events(topic=HOOK_FAULTS)
    faults = {event["pod"]: event["fault"] for _, event in events}
    living = {pods.name(pod) for pool in view.pools.values() for pod in pool.living}
    return [
        f"{pod}: the preStop hook cannot work, results are lost when the pod is removed: {fault}"
        for pod, fault in sorted(faults.items())
        if pod in living
    ]


async def of_all(access: Access, namespace: str | None, everywhere: bool) -> list[Summary]:
    """Return the releases of a namespace, or of all namespaces. Raises KubernetesError."""
    async with Kubernetes(access) as kubernetes:
        where = "" if everywhere else namespace or kubernetes.namespace
        found = await discovery.releases(kubernetes, where)
        views = await asyncio.gather(*(pools.view(kubernetes, one, {}) for one in found))
        return [summary(one, with_workers=False) for one in views]


async def of_one(access: Access, query: ReleaseQuery) -> Summary:
    """Return one release, without asking its scheduler. Raises ClusterError."""
    async with Kubernetes(access) as kubernetes:
        release = await discovery.find(kubernetes, query)
        view = await pools.view(kubernetes, release, {})
        return {**summary(view, with_workers=False), **await links(kubernetes, release)}
