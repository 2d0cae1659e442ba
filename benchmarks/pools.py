"""Values of 1, 10, 100 and 1,000 pools: the time per pool, and the exponent of the growth."""

import json
import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dask_helm.data import folder
from dask_helm.engine import Release, to_yaml
from dask_helm.engine.values import collect
from dask_helm.renderer import Renderer

from benchmarks.measuring import Row, run, seconds_of, show
from harness.programs import helm

COUNTS = (1, 10, 100, 1000)
# A slope of 1 in a log-log plot means linear growth; the rest allows for measurement errors.
AT_MOST = 1.1
RELEASE = Release("demo", "team")
ROUNDS = {1: 20, 10: 10, 100: 5, 1000: 4}


def rows() -> Iterator[Row]:
    """Yield the times, then the exponents between neighbouring counts of pools."""
    with TemporaryDirectory() as temporary:
        files = [_file(Path(temporary), count) for count in COUNTS]
        ours = [_ours(file, ROUNDS[count]) for file, count in zip(files, COUNTS, strict=True)]
        peers = [_peers(file, ROUNDS[count]) for file, count in zip(files, COUNTS, strict=True)]
    for count, our, peer in zip(COUNTS, ours, peers, strict=True):
        texts = (_per_pool(our, count), _per_pool(peer, count))
        yield Row(f"{count} pools, time for each", *texts, our / peer)
    for our_slope, peer_slope in zip(_slopes(ours), _slopes(peers), strict=True):
        yield _exponent(our_slope, peer_slope)


def _file(base: Path, count: int) -> Path:
    pools = {f"pool-{index}": {"replicas": index % 7} for index in range(count)}
    path = base / f"{count}.yaml"
    path.write_text(json.dumps({"workers": {"default": None, **pools}}))
    return path


def _ours(file: Path, rounds: int) -> float:
    """Return the minimum seconds from the file to printed manifests, in a running process.

    Each round has different values.
    """
    renderer = Renderer(folder("chart"))

    def once(number: int) -> str:
        values = collect([file, _other(number)])
        return to_yaml(renderer.render(values, RELEASE).manifests)

    return min(seconds_of(partial(once, number)) for number in range(rounds))


def _other(number: int) -> dict[str, Any]:
    variable = {"name": "ROUND", "value": f"{number}"}
    return {"commonLabels": {"round": f"{number}"}, "workerDefaults": {"env": [variable]}}


def _peers(file: Path, rounds: int) -> float:
    """Return the minimum seconds of `helm template`, including the start of the process."""
    command = [str(helm(4)), "template", "demo", str(folder("chart")), "-f", str(file)]
    return min(run(command).seconds for _ in range(rounds))


def _per_pool(seconds: float, count: int) -> str:
    return f"{1e3 * seconds / count:.2f} ms"


Slope = tuple[int, int, float]


def _slopes(times: list[float]) -> list[Slope]:
    """Return the slopes between neighbouring counts in a log-log plot."""
    points = pairwise(zip(COUNTS, times, strict=True))
    return [(n, m, math.log(b / a) / math.log(m / n)) for (n, a), (m, b) in points]


def _exponent(our: Slope, peer: Slope) -> Row:
    """Return the row of an exponent; only the last one has a target.

    With few pools, the time that does not depend on pools counts, too.
    """
    low, high, power = our
    bound = AT_MOST if high == COUNTS[-1] else None
    texts = (f"{power:.2f}", f"{peer[2]:.2f}")
    return Row(f"exponent, {low} to {high} pools", *texts, power, at_most=bound)


if __name__ == "__main__":
    show(rows())
