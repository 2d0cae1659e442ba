"""The work on one cluster: values in, files out."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dask_helm.errors import DaskHelmError, EngineError
from dask_helm.fleet import folder, index
from dask_helm.fleet.files import contents
from dask_helm.fleet.gathering import Gathering
from dask_helm.fleet.model import Cluster, Fleet
from dask_helm.fleet.report import Outcome
from dask_helm.rendering import Release, Renderer


class Job:
    """Renders clusters of a fleet into `output`; `known` are the files that earlier runs wrote.

    A forked process shares the renderer, another one gets `chart` and `engine` and makes its own.
    """

    def __init__(
        self,
        fleet: Fleet,
        clusters: Sequence[Cluster],
        output: Path,
        known: index.Files,
        chart: Path | None = None,
        engine: str = "python",
    ) -> None:
        self._fleet, self._clusters, self._known = fleet, clusters, known
        self._output = output
        self._chart, self._engine = chart, engine
        self._prepare()

    def __getstate__(self) -> dict[str, Any]:
        return {
            key: value
            for key, value in vars(self).items()
            if key not in {"_renderer", "_gathering"}
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._prepare()

    def _prepare(self) -> None:
        self._renderer = Renderer(self._chart, self._engine)
        self._gathering = Gathering(self._fleet)

    def start(self) -> "Job":
        """Return what does the tasks, in the process that is to do them."""
        return self

    def __call__(self, number: int) -> Outcome:
        """Render a cluster; whatever goes wrong is in the outcome."""
        cluster = self._clusters[number]
        path = self._output / cluster.name
        try:
            folder.enter(path)
            return self._write(cluster.name, path, self._render(cluster))
        except DaskHelmError as problem:
            error = problem
        except OSError as problem:
            error = _unwritable(problem, path)
        except Exception as problem:
            error = _fault(problem)
        return Outcome(cluster.name, "failed", error)

    def lost(self, number: int, how: str) -> Outcome:
        """Return the outcome of a cluster whose process died, and remove what it left."""
        name = self._clusters[number].name
        path = self._output / name
        with suppress(OSError):
            folder.enter(path)
        return Outcome(name, "failed", EngineError(f"the process that rendered it {how}"))

    def _render(self, cluster: Cluster) -> dict[str, bytes]:
        values = self._gathering.values(cluster)
        rendered = self._renderer.render(values, Release(cluster.release, cluster.namespace))
        manifests = [m for m in rendered.manifests if self._fleet.hooks or not m.hook]
        return contents(manifests, self._fleet.layout)

    def _write(self, name: str, path: Path, files: dict[str, bytes]) -> Outcome:
        known = self._known.get(name, set())
        if new := files.keys() - known:
            index.append(self._output, name, new)
        path.mkdir(exist_ok=True)
        written = {file for file, content in files.items() if folder.write(path, file, content)}
        stale = folder.remove(self._output, (f"{name}/{file}" for file in known - files.keys()))
        return _outcome(name, files, written, stale)


def _outcome(name: str, files: dict[str, bytes], written: set[str], removed: list[str]) -> Outcome:
    return Outcome(
        name,
        "written" if written or removed else "unchanged",
        written=tuple(f"{name}/{file}" for file in files if file in written),
        unchanged=tuple(f"{name}/{file}" for file in files if file not in written),
        removed=tuple(sorted(removed)),
    )


def _unwritable(error: OSError, path: Path) -> DaskHelmError:
    return DaskHelmError(f"cannot write {error.filename or path}: {error.strerror or error}")


def _fault(error: Exception) -> EngineError:
    """Describe an error that nobody expected: one cluster must not stop the others."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    text = f"{type(error).__name__}: {error} ({where})"
    return EngineError(f"{text}\nThis is a fault of dask-helm; please report it, with the values.")
