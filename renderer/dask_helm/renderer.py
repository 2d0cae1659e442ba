"""Renders values to manifests, in four steps: coalesce, validate, render, order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dask_helm.data import folder
from dask_helm.engine.chart import Chart
from dask_helm.engine.interpreter import NOTES, Engine, PythonEngine
from dask_helm.engine.manifests import Manifest, manifests
from dask_helm.engine.release import Release
from dask_helm.engine.values import Values, collect, merge
from dask_helm.engine.values.merge import Map
from dask_helm.errors import Problem, TemplateError, UsageError, ValuesError
from dask_helm.values import rules, validation
from dask_helm.values.order import in_order

ENGINES = ("python", "helm")


@dataclass(frozen=True)
class Rendered:
    """The manifests in the order of installation, and the notes that Helm prints."""

    manifests: list[Manifest]
    notes: str = ""


class Renderer:
    """Renders one chart for many values; it reads the chart once.

    `chart` is a folder and defaults to the built-in chart; `engine` is "python" or "helm", and
    `program` the Helm to run. Raises ChartError for a folder that is not a chart, TemplateError for
    templates that cannot be parsed, and EngineError if the program is missing.
    """

    def __init__(
        self,
        chart: Path | str | None = None,
        engine: str = "python",
        validate: bool = True,
        program: str = "helm",
    ) -> None:
        self.folder = Path(chart) if chart else folder("chart")
        self.chart = Chart.read(self.folder)
        self._validates = validate
        if engine not in ENGINES:
            raise UsageError(f"Unknown engine {engine!r}. Choose one of: {', '.join(ENGINES)}")
        if engine == "helm":
            from dask_helm.engine.helm import HelmEngine

            self._engine: Engine = HelmEngine(self.folder, program)
        else:
            self._engine = PythonEngine(self.chart)

    def render(self, values: Values, release: Release) -> Rendered:
        """Render the chart with these values.

        Raises UsageError for invalid names, ValuesError for values that the schema or the chart
        rejects, TemplateError and EngineError.
        """
        release.check()
        coalesced = merge.coalesce(self.chart.defaults, values.data)
        if self._validates and self.chart.schema is not None:
            try:
                validation.check(values, coalesced, self.chart.schema)
            except ValuesError as error:
                raise self._with_rules(error.problems, values, coalesced, release) from None
        try:
            texts = dict(self._engine.render(values.data, coalesced, release))
        except TemplateError as error:
            if not error.stated:
                raise
            raise ValuesError(rules.problems(error.message, values)) from None
        notes = texts.get(f"{self.chart.name}/templates/{NOTES}", "")
        # The notes of subcharts are not manifests either.
        objects = {name: text for name, text in texts.items() if not name.endswith(NOTES)}
        return Rendered(manifests(objects), notes)

    def _with_rules(
        self, found: list[Problem], values: Values, coalesced: Map, release: Release
    ) -> ValuesError:
        """Return an error that also has the problems that the chart's rules see, as far as they do.

        The rules are written for values that the schema accepts, so they may fail with others.
        """
        try:
            if isinstance(self._engine, PythonEngine):
                dict(self._engine.render(values.data, coalesced, release))
        except TemplateError as error:
            if error.stated:
                paths = {problem.path for problem in found}
                more = rules.problems(error.message, values)
                found = [*found, *(problem for problem in more if problem.path not in paths)]
        return ValuesError(in_order(found, values))


def render(
    values: Mapping[str, Any] | None = None,
    *,
    release: str = "dask",
    namespace: str = "default",
    engine: str = "python",
    chart: Path | str | None = None,
) -> list[dict[str, Any]]:
    """Return the Kubernetes objects for these values, in the order of installation.

    `values` have the structure of a values file and override the chart's defaults; `chart` is a
    folder and defaults to the built-in chart. Raises DaskHelmError, see Renderer.render.
    """
    given = collect([values or {}])
    rendered = _renderer(chart, engine).render(given, Release(release, namespace))
    return [manifest.object for manifest in rendered.manifests]


@lru_cache(maxsize=8)
def _renderer(chart: Path | str | None, engine: str) -> Renderer:
    return Renderer(chart, engine)
