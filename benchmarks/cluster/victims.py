"""Choosing 500 workers that go, of 1,000: what the handle reads, asks and sorts before it drains.

The pods are those of a real Deployment, with the status that a kubelet would report, but run
nowhere, for no Kubernetes scheduler cares for them. The Dask scheduler is real, and so are its
thousand workers, which hold results; a quarter of them is busy.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from dask_helm import labels, render
from dask_helm.cluster.access import Access
from dask_helm.cluster.kubernetes import Kubernetes, Target
from dask_helm.cluster.scaling import Scaling, chosen_pool
from distributed import Client, wait

from benchmarks.cluster import places
from benchmarks.cluster.crowd import crowd
from benchmarks.measuring import Row, Spread
from demo.release import Release
from tests.e2e.handles import handle

LIMIT = 1.0  # seconds
PODS, GOING, BUSY, ROUNDS = 1000, 500, 250, 9
_AT_ONCE, _PATIENCE = 16, 180
_ELSEWHERE = "tcp://scheduler.elsewhere:8786"


def rows() -> Iterator[Row]:
    """Yield the time of the whole, and that of its parts."""
    with ExitStack() as stack:
        cluster, namespace = stack.enter_context(places.namespace())
        release = Release(cluster, "demo", namespace)
        pods = _pods(release)
        address = stack.enter_context(crowd(pods))
        client = stack.enter_context(Client(address))
        held = _work(client)
        asyncio.run(_pretend(release, pods))
        yield from _rows(asyncio.run(_measure(release, address)))
        del held


def _rows(turns: list[tuple[float, float]]) -> Iterator[Row]:
    whole, look, choice = map(Spread.of, ([a + b for a, b in turns], *zip(*turns, strict=True)))
    what, limit = f"choosing {GOING} of {PODS} workers", f"limit {LIMIT:g} s"
    yield Row(what, whole.milliseconds(), limit, whole.median / LIMIT, at_most=1)
    yield Row("… seeing pods and workers", look.milliseconds(), limit, look.median / LIMIT)
    yield Row("… asking who goes, and sorting", choice.milliseconds(), limit, choice.median / LIMIT)


def _pods(release: Release) -> list[str]:
    """Make a release whose pods nobody starts, and return their names when all are there."""
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
    """Let the workers hold results of different sizes, and some of them be busy for long."""

    async def busy(_: int) -> None:
        import asyncio

        await asyncio.sleep(3600)

    held = client.map(bytes, range(2 * PODS), pure=False)
    wait(held, timeout=_PATIENCE)
    return held, client.map(busy, range(BUSY), pure=False)


async def _pretend(release: Release, pods: list[str]) -> None:
    """Report of the pods what a kubelet would."""
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
    """Return the seconds of seeing and of choosing, as scaling down does it."""
    opened = cluster._opened_connection
    change = Scaling(opened.kubernetes, cluster.scheduler_comm, cluster._look, print, None)
    start = time.perf_counter()
    pool = chosen_pool(await change.look(), None)
    seen = time.perf_counter()
    going = await change._choose(pool, PODS - GOING)
    chosen = time.perf_counter()
    if len(going) != GOING or not all(one.ready and one.registered for one in going):
        raise AssertionError(f"{len(going)} pods were chosen, or some are not as they should be")
    return seen - start, chosen - seen


if __name__ == "__main__":
    places.main(rows)
