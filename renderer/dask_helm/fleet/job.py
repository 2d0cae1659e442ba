"""Renders one cluster: from its values to its files."""

import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dask_helm.engine import Release
from dask_helm.errors import DaskHelmError, EngineError
from dask_helm.fleet import folder, index
from dask_helm.fleet.model import Cluster, Fleet
from dask_helm.fleet.report import Outcome
from dask_helm.fleet.values import FleetValues
from dask_helm.renderer import Renderer


class Job:
    """Renders clusters of a fleet into `output`; `known` are the files that earlier runs wrote.

    A forked process shares the renderer; a new process creates its own from `chart` and `engine`.
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
            key: value for key, value in vars(self).items() if key not in {"_renderer", "_values"}
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._prepare()

    def _prepare(self) -> None:
        self._renderer = Renderer(self._chart, self._engine)
        self._values = FleetValues(self._fleet)

    def start(self) -> "Job":
        """Return the callable for the tasks, in the process that runs them."""
        return self

    def __call__(self, number: int) -> Outcome:
        """Render a cluster; the outcome contains any error."""
        cluster = self._clusters[number]
        path = self._output / cluster.name
        try:
            folder.enter(path)
            values = self._values.of(cluster)
            rendered = self._renderer.render(values, Release(cluster.release, cluster.namespace))
            manifests = [m for m in rendered.manifests if self._fleet.hooks or not m.hook]
            files = folder.contents(manifests, self._fleet.layout)
            return self._write(cluster.name, path, files)
        except DaskHelmError as problem:
            error = problem
        except OSError as problem:
            reason = problem.strerror or problem
            error = DaskHelmError(f"cannot write {problem.filename or path}: {reason}")
        except Exception as problem:  # one cluster must not stop the others
            frame = traceback.extract_tb(problem.__traceback__)[-1]
            where = f"{Path(frame.filename).name}:{frame.lineno}"
            error = EngineError(
                f"{type(problem).__name__}: {problem} ({where})\n"
                "This is a bug in dask-helm. Please report it with the values."
            )
        return Outcome(cluster.name, "failed", error)

    def lost(self, number: int, how: str) -> Outcome:
        """Return the outcome of a cluster whose process died; remove its temporary files."""
        name = self._clusters[number].name
        path = self._output / name
        with suppress(OSError):
            folder.enter(path)
        return Outcome(name, "failed", EngineError(f"the process that rendered this cluster {how}"))

    def _write(self, name: str, path: Path, files: dict[str, bytes]) -> Outcome:
        known = self._known.get(name, set())
        if new := files.keys() - known:
            index.append(self._output, name, new)
        path.mkdir(exist_ok=True)
        written = {file for file, content in files.items() if folder.write(path, file, content)}
        removed = folder.remove(self._output, (f"{name}/{file}" for file in known - files.keys()))
        return Outcome(
            name,
            "written" if written or removed else "unchanged",
            written=tuple(f"{name}/{file}" for file in files if file in written),
            unchanged=tuple(f"{name}/{file}" for file in files if file not in written),
            removed=tuple(sorted(removed)),
        )
