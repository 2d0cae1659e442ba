"""Values of 1, 10, 100 and 1,000 pools: the time for each pool, and with which power it grows."""

import json
import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dask_helm.data import folder
from dask_helm.rendering import Release, Renderer, to_yaml
from dask_helm.values import collect

from benchmarks.measuring import Row, run, seconds_of, show
from tests.programs import helm

COUNTS = (1, 10, 100, 1000)
# A slope of 1 in a plot of logarithms is linear; the rest is the measurement's own error.
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
    """Return the least seconds from the file to printed manifests, in a running process.

    Each round has values of its own, for what was rendered before is not rendered again.
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
    """Return the least seconds of `helm template`; starting it is part of its time."""
    command = [str(helm(4)), "template", "demo", str(folder("chart")), "-f", str(file)]
    return min(run(command).seconds for _ in range(rounds))


def _per_pool(seconds: float, count: int) -> str:
    return f"{1e3 * seconds / count:.2f} ms"


Slope = tuple[int, int, float]


def _slopes(times: list[float]) -> list[Slope]:
    """Return the slope in a plot of logarithms between neighbouring counts."""
    points = pairwise(zip(COUNTS, times, strict=True))
    return [(n, m, math.log(b / a) / math.log(m / n)) for (n, a), (m, b) in points]


def _exponent(our: Slope, peer: Slope) -> Row:
    """Hold only the last one to the bound: at first, what is there without pools counts, too."""
    low, high, power = our
    bound = AT_MOST if high == COUNTS[-1] else None
    texts = (f"{power:.2f}", f"{peer[2]:.2f}")
    return Row(f"exponent, {low} to {high} pools", *texts, power, at_most=bound)


if __name__ == "__main__":
    show(rows())
