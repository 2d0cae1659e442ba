"""Time of scaling a pool of 1,000 workers that hold results from 900 to 500, beside kubectl.

The crowd is that of victims.py: pods without containers, with real workers and a real scheduler.
`kubectl scale` moves no results; it shows what Kubernetes alone takes for as many pods.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from dask_helm import labels
from distributed import Client, wait

from benchmarks.cluster import places
from benchmarks.cluster.crowd import crowd
from benchmarks.cluster.victims import pods_of, pretend
from benchmarks.measuring import Row
from harness import removals
from harness.handles import handle
from harness.release import Release

LIMIT = 15.0  # seconds
FIRST, BEFORE, AFTER = 999, 900, 500
RESULTS = 2000


def rows() -> Iterator[Row]:
    """Yield the time of the handle for each step, and that of kubectl for the last one."""
    with ExitStack() as stack:
        cluster, namespace = stack.enter_context(places.namespace())
        release = Release(cluster, "demo", namespace)
        pods = pods_of(release)
        address = stack.enter_context(crowd(pods))
        client = stack.enter_context(Client(address))
        held = client.map(bytes, range(RESULTS), pure=False)
        wait(held, timeout=300)
        asyncio.run(pretend(release, pods))
        scaled = stack.enter_context(handle(release, address=address))
        for number in (FIRST, BEFORE):
            seconds = _timed(lambda number=number: scaled.scale(number))  # type: ignore[misc]
            yield Row(f"the handle, to {number} pods", f"{seconds:.1f} s", "", 0)
        ours = _timed(lambda: scaled.scale(AFTER))
        if any(future.status != "finished" for future in held):
            raise AssertionError("results were lost")
        removals.scale(release, BEFORE)
        _settled(release, BEFORE)

        def shrink() -> None:
            removals.scale(release, AFTER)
            _settled(release, AFTER)

        theirs = _timed(shrink)
        what = f"from {BEFORE} to {AFTER} pods"
        limit = max(LIMIT, 1.5 * theirs)
        yield Row(what, f"{ours:.1f} s", f"{theirs:.1f} s", ours / limit, at_most=1)


def _timed(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def _settled(release: Release, number: int) -> None:
    """Wait until the pool has that many pods."""
    chosen = labels.selector(release.name, labels.WORKER)
    while len(release.kubectl("get", "pods", "-l", chosen, "-o", "name").split()) != number:
        time.sleep(0.5)


if __name__ == "__main__":
    places.main(rows)
