"""The report of a run: the outcome of each cluster, and totals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from dask_helm.errors import DaskHelmError

State = Literal["written", "unchanged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one cluster; files are paths below the output folder, with `/`.

    `state` is "written" if at least one file was written or removed, and "failed" if `error` is
    set; then the files of an earlier run remain.
    """

    name: str
    state: State
    error: DaskHelmError | None = None
    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """The progress of a run: finished clusters, all clusters, and the last one (None at start)."""

    done: int
    total: int
    last: Outcome | None = None


@dataclass(frozen=True)
class Report:
    """The report of a run, with clusters in the order of the fleet file.

    `gone` are clusters that an earlier run wrote and that are no longer in the fleet file. Their
    files are in `removed` with `prune`, and in `kept` without it.
    """

    clusters: tuple[Outcome, ...]
    gone: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    totals: dict[State, int] = field(init=False)

    def __post_init__(self) -> None:
        states = [cluster.state for cluster in self.clusters]
        totals = {state: states.count(state) for state in ("written", "unchanged", "failed")}
        object.__setattr__(self, "totals", totals)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Return the clusters that failed, each with its error."""
        return tuple(cluster for cluster in self.clusters if cluster.error)

    @property
    def files_written(self) -> int:
        """Return how many files were written, of all clusters."""
        return _count(cluster.written for cluster in self.clusters)

    @property
    def files_unchanged(self) -> int:
        """Return how many files were unchanged, of all clusters."""
        return _count(cluster.unchanged for cluster in self.clusters)

    @property
    def files_removed(self) -> int:
        """Return how many files were removed, also of clusters that are gone."""
        return len(self.removed) + _count(cluster.removed for cluster in self.clusters)

    @property
    def exit_code(self) -> int:
        """Return 0 on success, 2 if all failures are wrong input, else 1."""
        codes = {cluster.error.exit_code for cluster in self.clusters if cluster.error}
        return min(codes, default=0)


def _count(files: Iterable[tuple[str, ...]]) -> int:
    return sum(map(len, files))
