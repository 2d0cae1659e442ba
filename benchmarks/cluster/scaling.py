"""Time of scaling idle workers that hold nothing, by the handle and by kubectl.

Scaling up lasts until all pods are ready and, for the handle, until their workers are registered.
Scaling down lasts until the pods are gone; the handle drains them before that.
"""

from collections.abc import Iterator

from dask_helm import HelmCluster, labels

from benchmarks.cluster import places
from benchmarks.measuring import Row, Spread, seconds_of
from harness import removals
from harness.handles import SMALL, handle
from harness.release import Release

AT_MOST = 1.05
PODS, ROUNDS = 3, 5
PATIENCE = 120
_POOL = "default"
VALUES = {
    "workerDefaults": {"resources": SMALL},
    "workers": {_POOL: {"replicas": 0}, "stays": {"replicas": 1}},
}


def rows() -> Iterator[Row]:
    """Yield the times of scaling up and down."""
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
    """Scale up with kubectl, and wait until the pods are ready."""
    removals.scale(release, number, deployment)
    release.kubectl("rollout", "status", deployment, f"--timeout={PATIENCE}s")


def peers_down(release: Release, deployment: str, selector: str) -> None:
    """Scale to zero with kubectl, and wait until the pods are gone."""
    removals.scale(release, 0, deployment)
    release.kubectl("wait", "pods", "-l", selector, "--for=delete", f"--timeout={PATIENCE}s")


def _row(what: str, ours: Spread, peers: Spread) -> Row:
    ratio = ours.median / peers.median
    return Row(what, ours.milliseconds(), peers.milliseconds(), ratio, at_most=AT_MOST)


if __name__ == "__main__":
    places.main(rows)
