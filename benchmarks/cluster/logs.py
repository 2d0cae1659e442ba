"""The logs of a hundred pods, read by the handle and by a loop of `kubectl logs`."""

from collections.abc import Iterator, Mapping

from dask_helm import HelmCluster, labels

from benchmarks.cluster import places
from benchmarks.measuring import Row, Spread, seconds_of
from harness.handles import handle
from harness.release import Release

AT_LEAST = 5.0
PODS, LINES = 100, 300
ROUNDS, LOOPS = 5, 2
_POOL = "talkers"
# The pods of this pool only print and sleep. They run no workers, so they need no drain.
_TALK = f"seq -f 'distributed.worker - INFO - this is line %.0f' {LINES}; exec sleep 3600"
VALUES = {
    "drain": {"enabled": False},
    "workers": {
        "default": {"replicas": 0},
        _POOL: {
            "replicas": PODS,
            "command": ["sh", "-c", _TALK],
            "startupProbe": None,
            "readinessProbe": None,
            "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}},
            "terminationGracePeriodSeconds": 1,
        },
    },
}


def rows() -> Iterator[Row]:
    """Yield the times of reading all logs."""
    with places.release(VALUES) as release, handle(release) as cluster:
        pods = [one["metadata"]["name"] for one in release.objects("pod", labels.WORKER, _POOL)]
        _check(_ours(cluster), _loop(release, pods[:3]))
        ours = Spread.of([seconds_of(lambda: _ours(cluster)) for _ in range(ROUNDS)])
        loop = Spread.of([seconds_of(lambda: _loop(release, pods)) for _ in range(LOOPS)])
        one = Spread.of([seconds_of(lambda: _selector(release)) for _ in range(ROUNDS)])
    what = f"logs of {PODS} pods, {LINES} lines each"
    yield _row(f"{what}, against a loop of kubectl logs", ours, loop, AT_LEAST)
    yield _row("… against one kubectl logs -l", ours, one)


def _ours(cluster: HelmCluster) -> Mapping[str, str]:
    found: Mapping[str, str] = cluster.get_logs(False, False, worker_group=_POOL)
    return found


def _loop(release: Release, pods: list[str]) -> dict[str, str]:
    return {pod: release.kubectl("logs", pod) for pod in pods}


def _selector(release: Release) -> None:
    chosen = labels.selector(release.name, labels.WORKER, _POOL)
    release.kubectl("logs", "-l", chosen, "--tail=-1", "--prefix")


def _check(ours: Mapping[str, str], some: Mapping[str, str]) -> None:
    same = all(ours[pod] == text and text.count("\n") == LINES for pod, text in some.items())
    if len(ours) != PODS or not same:
        raise AssertionError("the handle's logs differ from those of kubectl")


def _row(what: str, ours: Spread, peers: Spread, at_least: float | None = None) -> Row:
    ratio = peers.median / ours.median
    return Row(what, ours.milliseconds(), peers.milliseconds(), ratio, at_least=at_least)


if __name__ == "__main__":
    places.main(rows)
