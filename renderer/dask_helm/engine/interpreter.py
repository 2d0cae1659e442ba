"""Renders the templates of a chart: values and a release in, the text of each file out."""

from collections.abc import Mapping
from typing import Any, Protocol

from dask_helm.engine.chart import Chart
from dask_helm.engine.context import Capabilities, Files
from dask_helm.engine.release import Release
from dask_helm.engine.template.templates import Templates

NOTES = "NOTES.txt"


class Engine(Protocol):
    """Renders one chart."""

    def render(
        self, given: dict[str, Any], coalesced: dict[str, Any], release: Release
    ) -> Mapping[str, str]:
        """Return the text of each file by its path ``<chart>/templates/…``.

        `given` are the user's values, `coalesced` the same over the chart's defaults, which may be
        changed. Raises TemplateError or EngineError.
        """


class PythonEngine:
    """The interpreter in dask_helm.engine.template; it reads the chart once."""

    def __init__(self, chart: Chart) -> None:
        self._templates = Templates()
        self._base = f"{chart.name}/templates"
        # Helm reads deep files first, so that a definition higher up replaces theirs.
        names = sorted(chart.templates, key=lambda name: (name.count("/"), name), reverse=True)
        for name in names:
            self._templates.add(f"{chart.name}/{name}", chart.templates[name])
        files = [name for name in names if not name.rpartition("/")[2].startswith("_")]
        self._names = [f"{chart.name}/{name}" for name in files]
        self._context: dict[str, Any] = {
            "Chart": chart.as_data(),
            "Files": Files(chart.files),
            "Capabilities": Capabilities(),
            "Subcharts": {},
        }

    def render(
        self, given: dict[str, Any], coalesced: dict[str, Any], release: Release
    ) -> dict[str, str]:
        """Return the text of each file, as Engine says."""
        del given  # used by the Helm engine only
        data = {**self._context, "Values": coalesced, "Release": release.as_data()}
        texts = {}
        for name in self._names:
            data["Template"] = {"Name": name, "BasePath": self._base}
            texts[name] = self._templates.render(name, data)
        return texts
