"""Transfer rates of port-forwards by dask-helm and kubectl, in turn, to the same server in a pod.

The local side of a transfer is a separate process, so that both forwards have the same share of the
machine. With Dask it is the process of the handle, so that case is measured, too.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dask_helm import HelmCluster, labels
from dask_helm.cluster.api.forward import Forward
from dask_helm.cluster.connect import routes
from distributed import Client

from benchmarks.cluster import places, transfer
from benchmarks.measuring import Row
from harness.handles import handle

AT_LEAST = 0.8
MEGABYTES, ROUNDS = 100, 7
VALUES = {"workers": {"default": {"replicas": 0}}}

# Takes a direction, a port and a number of megabytes; returns the seconds of the transfer.
Transfer = Callable[[str, int, int], float]


def rows() -> Iterator[Row]:
    """Yield the rates in both directions."""
    with (
        places.release(VALUES) as release,
        handle(release, via=routes.PORT_FORWARD) as cluster,
        Client(cluster) as client,
    ):
        (pod,) = (one["metadata"]["name"] for one in release.objects("pod", labels.SCHEDULER))
        port = client.run_on_scheduler(transfer.server(MEGABYTES))
        with _ours(cluster, pod, port) as ours, release.forwarded(f"pod/{pod}", port) as peers:
            yield from _compare("between processes", _in_a_process, (ours, peers))
            yield from _compare("in one process", transfer.seconds, (ours, peers))


@contextmanager
def _ours(cluster: HelmCluster, pod: str, port: int) -> Iterator[int]:
    """Yield the local port of a forward that is made as the handle makes its own."""

    async def pick() -> tuple[str, int]:
        return pod, port

    opened: Any = cluster._opened_connection
    forward = Forward(opened.kubernetes, str(cluster.namespace), pick)
    cluster.sync(forward.start)
    try:
        yield forward.port
    finally:
        cluster.sync(forward.stop)


def _compare(where: str, measure: Transfer, ports: Sequence[int]) -> Iterator[Row]:
    for direction in (transfer.DOWNLOAD, transfer.UPLOAD):
        ours, peers = _rates(direction, measure, ports)
        texts = (f"{ours:.0f} MB/s", f"{peers:.0f} MB/s")
        yield Row(f"port-forward, {direction} {where}", *texts, ours / peers, at_least=AT_LEAST)


def _rates(direction: str, measure: Transfer, ports: Sequence[int]) -> list[float]:
    """Return the median rate of each port, in megabytes per second."""
    rounds = range(ROUNDS + 1)
    turns = [[measure(direction, port, MEGABYTES) for port in ports] for _ in rounds][1:]
    return [MEGABYTES / statistics.median(times) for times in zip(*turns, strict=True)]


def _in_a_process(direction: str, port: int, megabytes: int) -> float:
    command = [sys.executable, "-I", "-S", transfer.__file__, direction, str(port), str(megabytes)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120).stdout)


if __name__ == "__main__":
    places.main(rows)
