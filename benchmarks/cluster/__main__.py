"""All benchmarks of the handle, a table each. It exits with 0 whatever was measured."""

from benchmarks.cluster import connecting, forwarding, leaving, logs, places, scaling, victims

BENCHMARKS = (connecting, scaling, leaving, forwarding, victims, logs)


if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        places.main(benchmark.rows)
