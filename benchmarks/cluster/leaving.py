"""Time from the end of the longest task until the pods are gone, for two of three workers.

The workers run tasks, hold results and have a queue. The limit is the promised one. Two ordinary
pods, which have no hook and end at the first signal, show the part of the time that Kubernetes
itself takes. The clocks of two machines time the task and the pods, unless the cluster is local.
"""

import json
import time
from collections.abc import Callable, Iterator

from dask_helm import HelmCluster, labels
from distributed import Client

from benchmarks.cluster import places, scaling
from benchmarks.measuring import Row, Spread, seconds_of
from harness import observation, removals
from harness.handles import SMALL, handle
from harness.load import Load
from harness.release import Release

LIMIT = 2.0  # seconds
PODS, ROUNDS = 3, 5
VALUES = {
    "workerDefaults": {"resources": SMALL, "threads": 1},
    "workers": {"default": {"replicas": PODS}},
}
_ORDINARY = "ordinary"
_UNTIL_THE_SIGNAL = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"
_SECONDS = 4.0


def rows() -> Iterator[Row]:
    """Yield the times of the handle and of `kubectl scale`."""
    with places.release(VALUES) as release, handle(release) as cluster, Client(cluster) as client:
        _install_ordinary(release)
        ways = (lambda: cluster.scale(1), lambda: _scale(release, 1))
        turns = [_turn(release, cluster, client, ways) for _ in range(ROUNDS + 1)][1:]
    ours, hook, ordinary = (Spread.of(times) for times in zip(*turns, strict=True))
    peer = f"limit {LIMIT:g} s; ordinary pods {ordinary.milliseconds()}"
    for what, spread in {"scale(1)": ours, "kubectl scale": hook}.items():
        text = f"{what}: last task ended to pods gone"
        yield Row(text, spread.milliseconds(), peer, spread.median / LIMIT, at_most=1)


def _turn(
    release: Release,
    cluster: HelmCluster,
    client: Client,
    ways: tuple[Callable[[], object], ...],
) -> list[float]:
    return [*(_tail(release, cluster, client, way) for way in ways), _ordinary_end(release)]


def _tail(
    release: Release, cluster: HelmCluster, client: Client, remove: Callable[[], object]
) -> float:
    cluster.scale(PODS)
    cluster.wait_ready(scaling.PATIENCE)
    before = set(removals.present(release))
    load = Load(client, seconds=_SECONDS)
    remove()
    gone = time.time()
    ends = load.check()
    return gone - max(ends[pod] for pod in before - set(removals.present(release)))


def _scale(release: Release, number: int) -> None:
    removals.scale(release, number)
    removals.gone(release, number)


def _install_ordinary(release: Release) -> None:
    """Create a Deployment with the workers' image that only waits for the signal to end."""
    worker = observation.pods(release, labels.WORKER)[0]["spec"]["containers"][0]
    container = {
        "name": _ORDINARY,
        "image": worker["image"],
        "imagePullPolicy": worker["imagePullPolicy"],
        "command": ["sh", "-c", _UNTIL_THE_SIGNAL],
    }
    marks = {"app": _ORDINARY}
    template = {"metadata": {"labels": marks}, "spec": {"containers": [container]}}
    spec = {"replicas": 0, "selector": {"matchLabels": marks}, "template": template}
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": _ORDINARY}}
    release.kubectl("apply", "-f", "-", stdin=json.dumps({**made, "spec": spec}))


def _ordinary_end(release: Release) -> float:
    deployment = f"deployment/{_ORDINARY}"
    scaling.peers_up(release, deployment, PODS - 1)
    return seconds_of(lambda: scaling.peers_down(release, deployment, f"app={_ORDINARY}"))


if __name__ == "__main__":
    places.main(rows)
