"""Scaling until it is done, by the handle and by kubectl: idle workers that hold nothing.

Up is until all pods are ready, and for ours until their workers are registered, too; down is until
the pods are gone, and ours has drained them before.
"""

from collections.abc import Iterator

from dask_helm import HelmCluster, labels

from benchmarks.cluster import places
from benchmarks.measuring import Row, Spread, seconds_of
from demo.release import Release
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
    steps = (
        lambda: _up(cluster),
        lambda: cluster.scale(0, _POOL),
        lambda: _peers_up(release),
        lambda: _peers_down(release),
    )
    return [seconds_of(step) for step in steps]


def _up(cluster: HelmCluster) -> None:
    cluster.scale(PODS, _POOL)
    cluster.wait_ready(PATIENCE, _POOL)


def _peers_up(release: Release) -> None:
    _peers_scale(release, PODS)
    release.kubectl("rollout", "status", _deployment(release), f"--timeout={PATIENCE}s")


def _peers_down(release: Release) -> None:
    _peers_scale(release, 0)
    chosen = labels.selector(release.name, labels.WORKER, _POOL)
    release.kubectl("wait", "pods", "-l", chosen, "--for=delete", f"--timeout={PATIENCE}s")


def _peers_scale(release: Release, number: int) -> None:
    release.kubectl("scale", _deployment(release), f"--replicas={number}")


def _deployment(release: Release) -> str:
    return f"deployment/{release.name}-{labels.CHART}-{labels.WORKER}"


def _row(what: str, ours: Spread, peers: Spread) -> Row:
    ratio = ours.median / peers.median
    return Row(what, ours.milliseconds(), peers.milliseconds(), ratio, at_most=AT_MOST)


if __name__ == "__main__":
    places.main(rows)
