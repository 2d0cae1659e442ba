"""Renders a fleet, from the fleet file to the report."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

from dask_helm.errors import DaskHelmError, UsageError
from dask_helm.fleet import folder, index
from dask_helm.fleet.clusters import read
from dask_helm.fleet.job import Job
from dask_helm.fleet.model import Cluster, Fleet
from dask_helm.fleet.report import Outcome, Progress, Report
from dask_helm.text import listed
from dask_helm.values.spelling import nearest

# With fewer clusters per process, starting a process takes longer than it saves.
_WORTH_A_PROCESS = 4
_MOST_LISTED = 15


def render(
    path: Path,
    output_dir: Path,
    *,
    prune: bool = False,
    prune_all: bool = False,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    only: Sequence[str] = (),
    chart: Path | None = None,
    engine: str = "python",
) -> Report:
    """Render the clusters of a fleet file into one folder each below `output_dir`.

    `jobs` is the number of processes and defaults to one per core; `only` are names or patterns
    (`team-a-*`) of clusters. `prune` also removes the files of clusters that are no longer in the
    fleet, unless these are more than the fleet has; `prune_all` removes them in any case. A failed
    cluster does not stop the others; its error is in the report. `progress` is called in this
    process, first before any cluster, then after each cluster.

    Raises FleetError or YamlError for an invalid fleet file, UsageError for an invalid argument or
    output folder, and ChartError.
    """
    fleet = read(Path(path))
    clusters = _chosen(fleet, only)
    output = Path(output_dir)
    _create(output)
    with folder.hold(output), _writing(output):
        known = index.read(output)
        gone = _gone(fleet, known)
        if prune and not prune_all and len(gone) > len(fleet.clusters):
            # The fleet file is probably not complete.
            raise UsageError(
                f"--prune would remove {len(gone)} clusters from {output}, and {fleet.path} has "
                f"only {len(fleet.clusters)}: {listed(gone, _MOST_LISTED)}. Nothing was changed. "
                f"If {fleet.path} is complete, use --prune-all"
            )
        folder.sweep(output)
        job = Job(fleet, clusters, output, known, chart, engine)
        outcomes = _run(job, clusters, _processes(jobs, len(clusters)), progress)
        return _finish(fleet, outcomes, output, prune or prune_all)


def _gone(fleet: Fleet, files: index.Files) -> list[str]:
    """Return the clusters that an earlier run wrote and that are no longer in the fleet."""
    return sorted(files.keys() - {cluster.name for cluster in fleet.clusters})


def _chosen(fleet: Fleet, only: Sequence[str]) -> list[Cluster]:
    """Return the clusters that match the patterns, or all without a pattern."""
    names = [cluster.name for cluster in fleet.clusters]
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in names):
            near = next(iter(nearest(pattern, names)), "")
            hint = (
                f"did you mean {near}?"
                if near
                else f"the clusters are {listed(names, _MOST_LISTED)}"
            )
            raise UsageError(f"{fleet.path}: no cluster matches {pattern}; {hint}")
    matching = {name for name in names if any(fnmatchcase(name, pattern) for pattern in only)}
    return [cluster for cluster in fleet.clusters if not only or cluster.name in matching]


def _create(output: Path) -> None:
    """Create the output folder. Raises UsageError if this fails or it is not writable."""
    try:
        folder.create(output)
    except OSError as error:
        raise UsageError(f"cannot create the folder {output}: {error.strerror}") from None
    if not os.access(output, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {output} is not writable; check its owner and mode")


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Convert an OSError outside of any cluster, such as a full disk, to a DaskHelmError."""
    try:
        yield
    except OSError as error:
        message = f"cannot write {error.filename or output}: {error.strerror}"
        raise DaskHelmError(message) from error


def _processes(jobs: int | None, clusters: int) -> int:
    """Return the number of processes; by default one for each core that this process may use."""
    if jobs is None:
        has_affinity = hasattr(os, "sched_getaffinity")
        cores = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
        return max(1, min(cores, clusters // _WORTH_A_PROCESS))
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1, got {jobs}")
    return min(jobs, clusters)


def _run(
    job: Job,
    clusters: Sequence[Cluster],
    processes: int,
    progress: Callable[[Progress], None] | None,
) -> list[Outcome]:
    """Return the outcomes in the order of the clusters."""
    total = len(clusters)
    show = progress or (lambda _: None)
    done: dict[str, Outcome] = {}
    with ExitStack() as stack:
        if processes == 1:
            outcomes: Iterator[Outcome] = map(job, range(total))
        else:
            # Frozen objects are not touched by garbage collections, so forked processes share them.
            gc.freeze()
            stack.callback(gc.unfreeze)
            from dask_helm.fleet.pool import Pool  # multiprocessing is slow to import

            pool = stack.enter_context(Pool(job.start, job.lost, total, processes))
            outcomes = pool.results()
        show(Progress(0, total))
        for outcome in outcomes:
            done[outcome.name] = outcome
            show(Progress(len(done), total, outcome))
    return [done[cluster.name] for cluster in clusters]


def _finish(fleet: Fleet, outcomes: list[Outcome], output: Path, prune: bool) -> Report:
    """Update the list of files, and handle clusters that are gone."""
    files = index.read(output)
    for outcome in outcomes:
        if not outcome.error:
            paths = (*outcome.written, *outcome.unchanged)
            files[outcome.name] = {path.rpartition("/")[2] for path in paths}
    gone = _gone(fleet, files)
    stale = sorted(f"{name}/{file}" for name in gone for file in files[name])
    removed: list[str] = []
    if prune:
        for name in gone:
            with suppress(OSError):
                folder.enter(output / name)
            del files[name]
        removed = folder.remove(output, stale)
    index.replace(output, files)
    kept = () if prune else tuple(stale)
    return Report(tuple(outcomes), tuple(gone), tuple(removed), kept)
