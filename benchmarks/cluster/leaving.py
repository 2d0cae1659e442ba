"""From the end of the longest task to the moment when the pods are gone: two workers of three.

They work, hold results and have a queue. The limit is that of the promise; what is left of it when
two ordinary pods end, without a hook and at the first signal, is Kubernetes' own. Task and pod are
timed by the clocks of two machines, unless the cluster is a local one.
"""

import json
import time
from collections.abc import Callable, Iterator

from dask_helm import HelmCluster, labels
from distributed import Client

from benchmarks.cluster import places, scaling
from benchmarks.measuring import Row, Spread, seconds_of
from demo.release import Release
from tests.e2e import observing, removals
from tests.e2e.handles import SMALL, handle
from tests.e2e.load import Load

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
    """Make a Deployment of the workers' image, which waits for the signal to end."""
    worker = observing.pods(release, labels.WORKER)[0]["spec"]["containers"][0]
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
