"""All benchmarks of the renderer in one table. The exit status is 0 whatever they measure."""

from collections.abc import Iterator

from benchmarks import engine, fleet, pools, process
from benchmarks.measuring import Row, show

BENCHMARKS = {
    "one cluster in a running process (peer: helm-python-sdk)": engine.rows,
    "one cluster by a process (peer: helm template)": process.rows,
    "growth with the number of pools (peer: helm template)": pools.rows,
    "a thousand clusters from one file (peer: a loop of helm template)": fleet.rows,
}


def rows() -> Iterator[Row]:
    """Yield the rows of all benchmarks."""
    for benchmark in BENCHMARKS.values():
        yield from benchmark()


if __name__ == "__main__":
    show(rows())
