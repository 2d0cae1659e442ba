"""A run over a fleet, from the fleet file to the report."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

from dask_helm.errors import DaskHelmError, UsageError
from dask_helm.fleet import folder, index, lock
from dask_helm.fleet.checker import like, listed
from dask_helm.fleet.job import Job
from dask_helm.fleet.model import Cluster, Fleet
from dask_helm.fleet.pool import Pool
from dask_helm.fleet.reading import read
from dask_helm.fleet.report import Outcome, Progress, Report

# Below this many clusters for each process, starting it takes longer than it saves.
_WORTH_A_PROCESS = 4


def render(
    path: Path,
    output_dir: Path,
    *,
    prune: bool = False,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    only: Sequence[str] = (),
    chart: Path | None = None,
    engine: str = "python",
) -> Report:
    """Render the clusters of a fleet file into one folder each below `output_dir`.

    `jobs` is the number of processes, by default one for each core; `only` are names or patterns
    (`team-a-*`) of clusters; `prune` also removes the files of clusters that are in the fleet no
    more. A cluster that fails stops no other; its error is in the report. `progress` is called in
    this process, first when nothing is done, then after each cluster.

    Raises FleetError or YamlError for a fleet file that is wrong, UsageError for an argument or an
    output folder that is, and ChartError.
    """
    fleet = read(Path(path))
    clusters = _chosen(fleet, only)
    output = _output(Path(output_dir))
    with lock.hold(output), _writing(output):
        job = Job(fleet, clusters, output, _known(output), chart, engine)
        outcomes = _run(job, clusters, _processes(jobs, len(clusters)), progress)
        return _finish(fleet, outcomes, output, prune)


def _chosen(fleet: Fleet, only: Sequence[str]) -> list[Cluster]:
    """Return the clusters that the patterns match, all when there is none."""
    names = [cluster.name for cluster in fleet.clusters]
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in names):
            near = like(pattern, names)
            hint = f"did you mean {near}?" if near else f"there are {_some(names)}"
            raise UsageError(f"{fleet.path}: no cluster {pattern}; {hint}")
    matching = {name for name in names if any(fnmatchcase(name, pattern) for pattern in only)}
    return [cluster for cluster in fleet.clusters if not only or cluster.name in matching]


def _some(names: Sequence[str], most: int = 10) -> str:
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return listed([*names[:most], *more])


def _output(path: Path) -> Path:
    """Make the output folder. Raises UsageError where that or writing to it is impossible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{path} is a file; --output-dir must be a folder") from None
    except OSError as error:
        raise UsageError(f"cannot make the folder {path}: {error.strerror}") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {path} cannot be written to; check its owner and mode")
    return path


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Report a failure outside any cluster, such as a full disk, as an error of ours."""
    try:
        yield
    except OSError as error:
        message = f"cannot write {error.filename or output}: {error.strerror}"
        raise DaskHelmError(message) from error


def _known(output: Path) -> index.Files:
    folder.sweep(output)
    return index.read(output)


def _processes(jobs: int | None, clusters: int) -> int:
    if jobs is None:
        return max(1, min(_cores(), clusters // _WORTH_A_PROCESS))
    if jobs < 1:
        raise UsageError(f"--jobs must be 1 or more, found {jobs}")
    return min(jobs, clusters)


def _cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(
    job: Job,
    clusters: Sequence[Cluster],
    processes: int,
    progress: Callable[[Progress], None] | None,
) -> list[Outcome]:
    """Return the outcomes in the order of the clusters."""
    tell = progress or (lambda _: None)
    done: dict[str, Outcome] = {}
    with _outcomes(job, len(clusters), processes) as outcomes:
        tell(Progress(0, len(clusters)))
        for outcome in outcomes:
            done[outcome.name] = outcome
            tell(Progress(len(done), len(clusters), outcome))
    return [done[cluster.name] for cluster in clusters]


@contextmanager
def _outcomes(job: Job, count: int, processes: int) -> Iterator[Iterator[Outcome]]:
    if processes == 1:
        yield map(job, range(count))
        return
    # Garbage collections leave the compiled chart alone then, and so the processes share it.
    gc.freeze()
    try:
        with Pool(job.start, job.lost, count, processes) as pool:
            yield pool.results()
    finally:
        gc.unfreeze()


def _finish(fleet: Fleet, outcomes: list[Outcome], output: Path, prune: bool) -> Report:
    """Bring the list of files up to date, and deal with clusters that are gone."""
    files = index.read(output)
    for outcome in outcomes:
        if not outcome.error:
            paths = (*outcome.written, *outcome.unchanged)
            files[outcome.name] = {path.rpartition("/")[2] for path in paths}
    gone = sorted(files.keys() - {cluster.name for cluster in fleet.clusters})
    stale = sorted(f"{name}/{file}" for name in gone for file in files[name])
    removed = _prune(output, gone, stale) if prune else []
    index.replace(output, {n: f for n, f in files.items() if not (prune and n in gone)})
    kept = () if prune else tuple(stale)
    return Report(tuple(outcomes), tuple(gone), tuple(removed), kept)


def _prune(output: Path, gone: Sequence[str], files: Sequence[str]) -> list[str]:
    for name in gone:
        with suppress(OSError):
            folder.enter(output / name)
    return folder.remove(output, files)
