"""Values to manifests, in the steps: coalesce, validate, render, order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dask_helm.data import folder
from dask_helm.errors import TemplateError, UsageError, ValuesError
from dask_helm.rendering.chart import Chart
from dask_helm.rendering.engines import NOTES, Engine, HelmEngine, PythonEngine
from dask_helm.rendering.manifests import Manifest, manifests
from dask_helm.rendering.release import Release
from dask_helm.values import Values, collect, merge, rules, validate

ENGINES = ("python", "helm")


@dataclass(frozen=True)
class Rendered:
    """The manifests in the order of installation, and the notes for the person who installs."""

    manifests: list[Manifest]
    notes: str = ""


class Renderer:
    """Renders one chart for many values; it reads the chart once.

    `chart` is a folder, the package's own chart by default; `engine` is "python" or "helm", and
    `program` the Helm to run. Raises ChartError for a folder that is no chart, TemplateError for
    templates that cannot be read, EngineError without the program.
    """

    def __init__(
        self,
        chart: Path | str | None = None,
        engine: str = "python",
        validate: bool = True,
        program: str = "helm",
    ) -> None:
        self.folder = Path(chart) if chart else folder("chart")
        self._chart = Chart.read(self.folder)
        self._validates = validate
        self._engine = self._made(engine, program)

    def _made(self, engine: str, program: str) -> Engine:
        if engine not in ENGINES:
            raise UsageError(f"there is no engine {engine!r}. Write one of: {', '.join(ENGINES)}")
        if engine == "helm":
            return HelmEngine(self.folder, program)
        return PythonEngine(self._chart)

    @property
    def chart(self) -> Chart:
        """The chart that is rendered."""
        return self._chart

    @property
    def defaults(self) -> dict[str, Any]:
        """The chart's values.yaml."""
        return self._chart.defaults

    @property
    def schema(self) -> dict[str, Any] | None:
        """The chart's values.schema.json, or None."""
        return self._chart.schema

    def render(self, values: Values, release: Release) -> Rendered:
        """Return what the chart renders to.

        Raises UsageError for names, ValuesError for values that schema or chart refuse,
        TemplateError and EngineError.
        """
        texts = dict(self._rendered(values, release))
        notes = texts.pop(f"{self._chart.name}/templates/{NOTES}", "")
        return Rendered(manifests(_objects(texts)), notes)

    def check(self, values: Values, release: Release) -> None:
        """Raise what render would raise."""
        self.render(values, release)

    def _rendered(self, values: Values, release: Release) -> Mapping[str, str]:
        release.check()
        coalesced = merge.coalesce(self._chart.defaults, values.data)
        if self._validates and self._chart.schema is not None:
            validate.check(values, coalesced, self._chart.schema)
        try:
            return self._engine.render(values.data, coalesced, release)
        except TemplateError as error:
            if not error.stated:
                raise
            raise ValuesError(rules.problems(error.message, values)) from None


def _objects(texts: dict[str, str]) -> dict[str, str]:
    """Return the files that hold manifests; notes of any folder are none."""
    return {name: text for name, text in texts.items() if not name.endswith(NOTES)}


def render(
    values: Mapping[str, Any] | None = None,
    *,
    release: str = "dask",
    namespace: str = "default",
    engine: str = "python",
    chart: Path | str | None = None,
) -> list[dict[str, Any]]:
    """Return the Kubernetes objects for these values, in the order of installation.

    `values` are what a values file holds, over the chart's defaults; `chart` is the folder of
    another chart than the package's own. Raises DaskHelmError, see Renderer.render.
    """
    given = collect([values or {}])
    rendered = _renderer(chart, engine).render(given, Release(release, namespace))
    return [manifest.object for manifest in rendered.manifests]


@lru_cache(maxsize=8)
def _renderer(chart: Path | str | None, engine: str) -> Renderer:
    return Renderer(chart, engine)
