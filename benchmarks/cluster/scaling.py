"""Scaling until it is done, by the handle and by kubectl: idle workers that hold nothing.

Up is until all pods are ready, and for ours until their workers are registered, too; down is until
the pods are gone, and ours has drained them before.
"""

from collections.abc import Iterator

from dask_helm import HelmCluster, labels

from benchmarks.cluster import places
from benchmarks.measuring import Row, Spread, seconds_of
from demo.release import Release
from tests.e2e import removals
from tests.e2e.handles import SMALL, handle

AT_MOST = 1.05
PODS, ROUNDS = 3, 5
PATIENCE = 120
_POOL = "default"
VALUES = {
    "workerDefaults": {"resources": SMALL},
    "workers": {_POOL: {"replicas": 0}, "stays": {"replicas": 1}},
}


def rows() -> Iterator[Row]:
    """Yield the times up and down."""
    with places.release(VALUES) as release, handle(release) as cluster:
        turns = [_turn(release, cluster) for _ in range(ROUNDS + 1)][1:]
    up, down, peers_up, peers_down = (Spread.of(times) for times in zip(*turns, strict=True))
    yield _row(f"from 0 to {PODS} pods", up, peers_up)
    yield _row(f"from {PODS} to 0 pods", down, peers_down)


def _turn(release: Release, cluster: HelmCluster) -> list[float]:
    chosen = labels.selector(release.name, labels.WORKER, _POOL)
    steps = (
        lambda: _up(cluster),
        lambda: cluster.scale(0, _POOL),
        lambda: peers_up(release, removals.DEPLOYMENT, PODS),
        lambda: peers_down(release, removals.DEPLOYMENT, chosen),
    )
    return [seconds_of(step) for step in steps]


def _up(cluster: HelmCluster) -> None:
    cluster.scale(PODS, _POOL)
    cluster.wait_ready(PATIENCE, _POOL)


def peers_up(release: Release, deployment: str, number: int) -> None:
    """Scale up by kubectl, and wait until the pods are ready."""
    removals.scale(release, number, deployment)
    release.kubectl("rollout", "status", deployment, f"--timeout={PATIENCE}s")


def peers_down(release: Release, deployment: str, selector: str) -> None:
    """Scale to zero by kubectl, and wait until the pods are gone."""
    removals.scale(release, 0, deployment)
    release.kubectl("wait", "pods", "-l", selector, "--for=delete", f"--timeout={PATIENCE}s")


def _row(what: str, ours: Spread, peers: Spread) -> Row:
    ratio = ours.median / peers.median
    return Row(what, ours.milliseconds(), peers.milliseconds(), ratio, at_most=AT_MOST)


if __name__ == "__main__":
    places.main(rows)
