"""One cluster rendered by a separate process: `dask-helm render` against `helm template`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dask_helm.data import folder

from benchmarks.measuring import Row, Run, Spread, run, show
from harness.programs import helm

TIME_AT_MOST = 2.0
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
    yield _times(f"{name}: time", times, TIME_AT_MOST)
    # No target: Helm uses several cores at once, and a busy machine shows in the time above.
    processor = [Spread.of([r.processor for r in runs]) for runs in (ours, peers)]
    yield _times(f"{name}: time of all processors", processor)
    # The median, because a single low value does not mean that the process needs less memory.
    our, peer = (Spread.of([r.mebibytes for r in runs]).median for runs in (ours, peers))
    texts = (f"{our:.1f} MiB", f"{peer:.1f} MiB")
    yield Row(f"{name}: peak memory", *texts, our / peer, at_most=MEMORY_AT_MOST)


def _times(what: str, times: list[Spread], at_most: float | None = None) -> Row:
    our, peer = times
    ratio = our.least / peer.least
    return Row(what, our.milliseconds(), peer.milliseconds(), ratio, at_most=at_most)


if __name__ == "__main__":
    show(rows())
