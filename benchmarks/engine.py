"""One cluster in a running process: our interpreter against Helm's engine in the same process.

The peer, helm-python-sdk from PyPI, validates and returns text. `render` validates and returns
objects in order. Two rows without a target show the parts: everything without a schema, and only
the steps from values to text.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import helm_python
from dask_helm.data import folder
from dask_helm.engine import Chart, Release
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.interpreter import PythonEngine
from dask_helm.engine.values import collect, merge
from dask_helm.renderer import Renderer

from benchmarks.measuring import Row, show, side_by_side

AT_MOST = 0.25
RELEASE = Release("demo", "team")
SETS = ("default values", "everything", "pools")
SECONDS = 3.0


def rows(seconds: float = SECONDS) -> Iterator[Row]:
    """Yield a row for each set of values and each way to render it."""
    with TemporaryDirectory() as temporary:
        unchecked = _without_schema(Path(temporary) / "chart")
        for name in SETS:
            values = _values(name)
            yield _whole(f"{name}, validated", folder("chart"), values, seconds, AT_MOST)
            yield _whole(f"{name}, without schema", unchecked, values, seconds)
            yield _texts(f"{name}, only templates to text", unchecked, values, seconds)


def _values(name: str) -> dict[str, Any]:
    file = folder("values") / f"{name}.yaml"
    return collect([file]).data if file.is_file() else {}


def _without_schema(copy: Path) -> Path:
    shutil.copytree(folder("chart"), copy)
    (copy / "values.schema.json").unlink()
    return copy


def _whole(
    what: str, chart: Path, values: dict[str, Any], seconds: float, at_most: float | None = None
) -> Row:
    """Measure rendering a mapping of values to objects, as `dask_helm.render` does it."""
    renderer = Renderer(chart)

    def ours() -> object:
        return renderer.render(collect([values]), RELEASE)

    return _row(what, ours, chart, values, seconds, at_most)


def _texts(what: str, chart: Path, values: dict[str, Any], seconds: float) -> Row:
    """Measure coalescing and executing templates, which is all the peer does without a schema."""
    read = Chart.read(chart)
    engine, defaults = PythonEngine(read), read.defaults

    def ours() -> object:
        return engine.render(values, merge.coalesce(defaults, values), RELEASE)

    return _row(what, ours, chart, values, seconds)


def _row(
    what: str,
    ours: Any,
    chart: Path,
    values: dict[str, Any],
    seconds: float,
    at_most: float | None = None,
) -> Row:
    peer = helm_python.Chart.load(str(chart))
    # The peer takes JSON, where 1 differs from 1.0. YAML prints whole numbers without a fraction.
    plain = goyaml.load(goyaml.dump(values)) or {}

    def peers() -> object:
        return peer.render(plain, name=RELEASE.name, namespace=RELEASE.namespace)

    our_time, peer_time = side_by_side(ours, peers, seconds)
    ratio = our_time.least / peer_time.least
    return Row(what, our_time.milliseconds(), peer_time.milliseconds(), ratio, at_most=at_most)


if __name__ == "__main__":
    show(rows())
