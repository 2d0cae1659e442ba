"""Which templates read a value; the one place that asks the parsed templates."""

from functools import cache
from pathlib import Path

from dask_helm import data
from dask_helm.cli.lookup import parsed
from dask_helm.cli.tree import ANY, Keys


def readers(path: Keys, chart: Path | None = None) -> list[str]:
    """Return the template files that read the value, a value above it, or values below it.

    Raises TemplateError and ChartError for a chart that cannot be read.
    """
    found = _reads(chart or data.folder("chart"))
    return sorted({file for read, files in found.items() if _related(path, read) for file in files})


@cache
def _reads(chart: Path) -> dict[Keys, set[str]]:
    from dask_helm.gotemplate.reads import reads
    from dask_helm.rendering import Chart

    return {parsed(path): files for path, files in reads(Chart.read(chart).templates).items()}


def _related(one: Keys, other: Keys) -> bool:
    """Whether one path is the other or leads to it; * matches every key."""
    return all(a == b or ANY in (a, b) for a, b in zip(one, other, strict=False))
