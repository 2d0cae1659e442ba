"""One cluster by a process of its own: `dask-helm render` against `helm template`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dask_helm.data import folder

from benchmarks.measuring import Row, Run, Spread, run, show
from tests.programs import helm

TIME_AT_MOST = 2.5
MEMORY_AT_MOST = 1.0
RUNS = 15
SETS = ("default values", "everything", "pools")

Command = Sequence[str | Path]


def rows(runs: int = RUNS) -> Iterator[Row]:
    """Yield time and memory for each set of values."""
    for name in SETS:
        yield from _rows(name, *_interleaved(_ours(name), _peers(name), runs))


def _ours(name: str) -> Command:
    return [Path(sys.executable).with_name("dask-helm"), "render", "demo", *_files(name)]


def _peers(name: str) -> Command:
    return [helm(4), "template", "demo", folder("chart"), *_files(name)]


def _files(name: str) -> Command:
    file = folder("values") / f"{name}.yaml"
    return ["-f", file] if file.is_file() else []


def _interleaved(ours: Command, peers: Command, runs: int) -> tuple[list[Run], list[Run]]:
    """Run both in turn; the first run of each only fills the caches."""
    pairs = [(run(ours), run(peers)) for _ in range(runs + 1)][1:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _rows(name: str, ours: list[Run], peers: list[Run]) -> Iterator[Row]:
    times = [Spread.of([r.seconds for r in runs]) for runs in (ours, peers)]
    ratio = times[0].least / times[1].least
    ours_text, peers_text = (time.milliseconds() for time in times)
    yield Row(f"{name}: time", ours_text, peers_text, ratio, at_most=TIME_AT_MOST)
    # Of memory the median: a process that was lucky once is no smaller for it.
    peaks = [Spread.of([r.mebibytes for r in runs]).median for runs in (ours, peers)]
    ours_text, peers_text = (f"{peak:.1f} MiB" for peak in peaks)
    what, ratio = f"{name}: peak memory", peaks[0] / peaks[1]
    yield Row(what, ours_text, peers_text, ratio, at_most=MEMORY_AT_MOST)


if __name__ == "__main__":
    show(rows())
