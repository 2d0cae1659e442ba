"""What turns a chart's templates into text: our own interpreter, or the program helm."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from dask_helm import goyaml
from dask_helm.errors import EngineError, Place, TemplateError
from dask_helm.gotemplate.templates import Templates
from dask_helm.rendering.chart import Chart
from dask_helm.rendering.context import Capabilities, Files
from dask_helm.rendering.release import Release

NOTES = "NOTES.txt"
_SOURCE = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
_FAILURE = re.compile(r"execution error at \((.*?):(\d+):(\d+)\): ?(.*)", re.DOTALL)


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
    """The interpreter in dask_helm.gotemplate; it reads the chart once."""

    def __init__(self, chart: Chart) -> None:
        self._templates = Templates()
        self._base = f"{chart.name}/templates"
        names = sorted(chart.templates, key=_by_depth, reverse=True)
        for name in names:
            self._templates.add(f"{chart.name}/{name}", chart.templates[name])
        self._names = [f"{chart.name}/{n}" for n in names if not _is_partial(n)]
        self._context = {"Chart": chart.as_data(), "Files": Files(chart.files), "Subcharts": {}}
        self._context["Capabilities"] = Capabilities()

    def render(
        self, given: dict[str, Any], coalesced: dict[str, Any], release: Release
    ) -> dict[str, str]:
        """Return the text of each file, as Engine says."""
        del given  # Helm wants these, for it coalesces by itself
        data = {**self._context, "Values": coalesced, "Release": release.as_data()}
        return {name: self._file(name, data) for name in self._names}

    def _file(self, name: str, data: dict[str, Any]) -> str:
        data["Template"] = {"Name": name, "BasePath": self._base}
        return self._templates.render(name, data)


def _by_depth(name: str) -> tuple[int, str]:
    """Helm reads deep files first, so that a definition higher up replaces theirs."""
    return name.count("/"), name


def _is_partial(name: str) -> bool:
    return name.rpartition("/")[2].startswith("_")


class HelmEngine:
    """The program `helm`, one run for each rendering; it prints no NOTES.txt."""

    def __init__(self, folder: Path, program: str = "helm") -> None:
        found = shutil.which(program)
        if found is None:
            raise EngineError(
                f"engine 'helm' needs the program {program!r}, which is not on PATH. "
                "Install Helm, or write: engine='python'"
            )
        self._command = [found, "template", "--skip-schema-validation", "--values", "-"]
        self._folder = str(folder)

    def render(
        self, given: dict[str, Any], coalesced: dict[str, Any], release: Release
    ) -> dict[str, str]:
        """Return the text of each file, as Engine says."""
        del coalesced  # in which a default that null removed could not be told from one not given
        arguments = ["--namespace", release.namespace, release.name, self._folder]
        result = subprocess.run(
            [*self._command, *arguments],
            input=goyaml.dump_exactly(given),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise _failure(result.stderr)
        return _by_source(result.stdout)


def _failure(message: str) -> Exception:
    match = _FAILURE.search(message)
    if match is None:
        return EngineError(f"helm template failed: {message.strip()}")
    file, line, column, text = match.groups()
    return TemplateError(text, Place(file, int(line), int(column) + 1), stated=True)


def _by_source(output: str) -> dict[str, str]:
    pieces = _SOURCE.split(output)
    texts: dict[str, str] = {}
    for source, text in zip(pieces[1::2], pieces[2::2], strict=True):
        texts[source] = f"{texts[source]}\n---\n{text}" if source in texts else text
    return texts
