"""Time of choosing 500 of 1,000 workers to remove: the steps of the handle before it drains.

The pods belong to a real Deployment and have the status that a kubelet would report. They do not
run, because no Kubernetes scheduler handles them. The Dask scheduler and its thousand workers are
real. The workers hold results, and a quarter of them are busy.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from dask_helm import labels, render
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.objects import Target
from dask_helm.cluster.scaling import choose
from distributed import Client, wait

from benchmarks.cluster import places
from benchmarks.cluster.crowd import crowd
from benchmarks.measuring import Row, Spread
from harness.handles import handle
from harness.release import Release

LIMIT = 1.0  # seconds
PODS, GOING, BUSY, ROUNDS = 1000, 500, 250, 9
_AT_ONCE, _PATIENCE = 16, 180
_ELSEWHERE = "tcp://scheduler.elsewhere:8786"


def rows() -> Iterator[Row]:
    """Yield the total time and the times of its parts."""
    with ExitStack() as stack:
        cluster, namespace = stack.enter_context(places.namespace())
        release = Release(cluster, "demo", namespace)
        pods = pods_of(release)
        address = stack.enter_context(crowd(pods))
        client = stack.enter_context(Client(address))
        held = _work(client)
        asyncio.run(pretend(release, pods))
        yield from _rows(asyncio.run(_measure(release, address)))
        del held


def _rows(turns: list[tuple[float, float]]) -> Iterator[Row]:
    whole, look, choice = map(Spread.of, ([a + b for a, b in turns], *zip(*turns, strict=True)))
    what, limit = f"choosing {GOING} of {PODS} workers", f"limit {LIMIT:g} s"
    yield Row(what, whole.milliseconds(), limit, whole.median / LIMIT, at_most=1)
    yield Row("… reading pods and workers", look.milliseconds(), limit, look.median / LIMIT)
    yield Row("… asking and sorting", choice.milliseconds(), limit, choice.median / LIMIT)


def pods_of(release: Release) -> list[str]:
    """Create a release whose pods are never scheduled; return their names when all exist."""
    pool = {"replicas": PODS, "schedulerName": "nobody"}
    elsewhere = {"enabled": False, "address": _ELSEWHERE}
    values = {"scheduler": elsewhere, "jupyter": {"enabled": False}, "workers": {"default": pool}}
    objects = render(values, release=release.name, namespace=release.namespace)
    release.kubectl("apply", "-f", "-", stdin=json.dumps(_listed(objects)))
    deadline = time.monotonic() + _PATIENCE
    while len(names := _names(release)) < PODS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(names)} of {PODS} pods after {_PATIENCE} s")
        time.sleep(2)
    return names


def _listed(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def _names(release: Release) -> list[str]:
    chosen = labels.selector(release.name, labels.WORKER)
    return release.kubectl("get", "pods", "-l", chosen, "-o", "name").replace("pod/", "").split()


def _work(client: Client) -> Any:
    """Give the workers results of different sizes, and keep some of them busy for a long time."""

    async def busy(_: int) -> None:
        import asyncio

        await asyncio.sleep(3600)

    held = client.map(bytes, range(2 * PODS), pure=False)
    wait(held, timeout=_PATIENCE)
    return held, client.map(busy, range(BUSY), pure=False)


async def pretend(release: Release, pods: list[str]) -> None:
    """Report the status of the pods as a kubelet would."""
    gate = asyncio.Semaphore(_AT_ONCE)
    access = Access(str(release.target.kubeconfig), release.target.context)
    async with Kubernetes(access) as kubernetes:

        async def one(number: int, pod: str) -> None:
            target = Target("pods", release.namespace, pod, "status")
            async with gate:
                await kubernetes.patch(target, {"status": _status(number)})

        await asyncio.gather(*(one(number, pod) for number, pod in enumerate(pods)))


def _status(number: int) -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    conditions = [{"type": one, "status": "True", "lastTransitionTime": now} for one in kinds]
    ip = f"10.200.{number // 250}.{number % 250 + 1}"
    container = {
        "name": labels.WORKER,
        "state": {"running": {"startedAt": now}},
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": "ghcr.io/dask/dask:latest",
        "imageID": f"ghcr.io/dask/dask@sha256:{number:064x}",
        "containerID": f"containerd://{number:064x}",
    }
    known = {"phase": "Running", "startTime": now, "podIP": ip, "podIPs": [{"ip": ip}]}
    return {**known, "conditions": conditions, "containerStatuses": [container]}


async def _measure(release: Release, address: str) -> list[tuple[float, float]]:
    async with handle(release, address=address, asynchronous=True) as cluster:
        return [await _turn(cluster) for _ in range(ROUNDS + 1)][1:]


async def _turn(cluster: Any) -> tuple[float, float]:
    """Return the seconds of reading and of choosing, both done as in scaling down."""
    start = time.perf_counter()
    pool = (await cluster._look()).one(None)
    seen = time.perf_counter()
    found = await choose.candidates(pool, cluster.scheduler_comm)
    going = choose.choose(found, len(found) - (PODS - GOING))
    chosen = time.perf_counter()
    if len(going) != GOING or not all(one.ready and one.registered for one in going):
        raise AssertionError(f"chose {len(going)} pods, expected {GOING} ready and registered ones")
    return seen - start, chosen - seen


if __name__ == "__main__":
    places.main(rows)
