"""Time to the first result: a new handle and Client, against a Client on an open port-forward.

Both use a port-forward of dask-helm, so the difference is the work of the handle before that.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from dask_helm.cluster.connect import routes
from distributed import Client

from benchmarks.cluster import places
from benchmarks.measuring import Row, Spread
from harness.handles import SMALL, handle
from harness.release import Release

ALLOWED = 0.5  # seconds
ROUNDS, PROCESSES = 9, 3
VALUES = {"workers": {"default": {"replicas": 1, "resources": SMALL}}}
# Like the first cell of a user's notebook, including the imports.
_BOTH = """
import sys
from distributed import Client
name, namespace, kubeconfig, context, address = sys.argv[1:]
if address:
    client = Client(address)
else:
    from dask_helm import HelmCluster
    where = {"kubeconfig": kubeconfig, "context": context, "via": "port-forward"}
    client = Client(HelmCluster(name, namespace=namespace, quiet=True, **where))
client.submit(int, 1, pure=False).result(60)
"""


def rows() -> Iterator[Row]:
    """Yield the times in a running process, and in new processes."""
    with places.release(VALUES) as release, handle(release, via=routes.PORT_FORWARD) as opened:
        opened.wait_ready(timeout=120)
        address = opened.scheduler_address
        yield _in_one_process(release, address)
        yield _from_nothing(release, address)


def _in_one_process(release: Release, address: str) -> Row:
    pairs = [(_ours(release), _peers(address)) for _ in range(ROUNDS + 1)][1:]
    ours, peers = (Spread.of(times) for times in zip(*pairs, strict=True))
    allowed = f"{peers.milliseconds()} + {1e3 * ALLOWED:.0f} ms"
    ratio = ours.median / (peers.median + ALLOWED)
    return Row("connect and first result", ours.milliseconds(), allowed, ratio, at_most=1)


def _ours(release: Release) -> float:
    start = time.perf_counter()
    with handle(release, via=routes.PORT_FORWARD) as cluster, Client(cluster) as client:
        return _first_result(client, start)


def _peers(address: str) -> float:
    start = time.perf_counter()
    with Client(address) as client:
        return _first_result(client, start)


def _first_result(client: Client, start: float) -> float:
    client.submit(int, 1, pure=False).result(60)
    return time.perf_counter() - start


def _from_nothing(release: Release, address: str) -> Row:
    """Measure new processes; there is no target, because Python's start and imports dominate."""
    found = release.target
    where = [release.name, release.namespace, str(found.kubeconfig), found.context]
    commands = ([*where, ""], [*where, address])
    pairs = [[_seconds(one) for one in commands] for _ in range(PROCESSES)]
    ours, peers = (Spread.of(times) for times in zip(*pairs, strict=True))
    texts = (ours.milliseconds(), peers.milliseconds())
    return Row("… in a new process, imports and all", *texts, ours.median / peers.median)


def _seconds(arguments: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", _BOTH, *arguments], check=True, timeout=120)
    return time.perf_counter() - start


if __name__ == "__main__":
    places.main(rows)
