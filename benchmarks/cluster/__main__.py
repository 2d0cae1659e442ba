"""All benchmarks of the handle, a table each. The exit status is 0 whatever they measure."""

from benchmarks.cluster import (
    connecting,
    forwarding,
    leaving,
    logs,
    places,
    scaling,
    shrinking,
    victims,
)

BENCHMARKS = (connecting, scaling, leaving, forwarding, victims, shrinking, logs)


if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        places.main(benchmark.rows)
