"""One cluster in a running process: our interpreter against Helm's engine in the same process.

The peer, PyPI's helm-python-sdk, returns texts; `render` returns objects in their order. So each
set of values is measured whole, whole without a schema, and from values to texts only.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import helm_python
from dask_helm import goyaml
from dask_helm.data import folder
from dask_helm.rendering import Chart, Release, Renderer
from dask_helm.rendering.engines import PythonEngine
from dask_helm.values import collect, merge

from benchmarks.measuring import Row, show, side_by_side

AT_MOST = 2.0
RELEASE = Release("demo", "team")
SETS = ("default values", "everything", "pools")
SECONDS = 3.0


def rows(seconds: float = SECONDS) -> Iterator[Row]:
    """Yield a row for each set of values and each way to render it."""
    with TemporaryDirectory() as temporary:
        unchecked = _without_schema(Path(temporary) / "chart")
        for name in SETS:
            values = _values(name)
            yield _whole(f"{name}, validated", folder("chart"), values, seconds)
            yield _whole(f"{name}, without schema", unchecked, values, seconds)
            yield _texts(f"{name}, only templates to text", unchecked, values, seconds)


def _values(name: str) -> dict[str, Any]:
    file = folder("values") / f"{name}.yaml"
    return collect([file]).data if file.is_file() else {}


def _without_schema(copy: Path) -> Path:
    shutil.copytree(folder("chart"), copy)
    (copy / "values.schema.json").unlink()
    return copy


def _whole(what: str, chart: Path, values: dict[str, Any], seconds: float) -> Row:
    """Measure values as a mapping to objects, as `dask_helm.render` does it."""
    renderer = Renderer(chart)
    return _row(what, lambda: renderer.render(collect([values]), RELEASE), chart, values, seconds)


def _texts(what: str, chart: Path, values: dict[str, Any], seconds: float) -> Row:
    """Measure coalescing and templates, which is all that the peer does without a schema."""
    read = Chart.read(chart)
    engine, defaults = PythonEngine(read), read.defaults

    def ours() -> object:
        return engine.render(values, merge.coalesce(defaults, values), RELEASE)

    return _row(what, ours, chart, values, seconds)


def _row(what: str, ours: Any, chart: Path, values: dict[str, Any], seconds: float) -> Row:
    peer = helm_python.Chart.load(str(chart))
    # The peer takes JSON, in which a whole number is none with a fraction of zero.
    plain = goyaml.load(goyaml.dump(values)) or {}

    def peers() -> object:
        return peer.render(plain, name=RELEASE.name, namespace=RELEASE.namespace)

    our_time, peer_time = side_by_side(ours, peers, seconds)
    ratio = our_time.least / peer_time.least
    return Row(what, our_time.milliseconds(), peer_time.milliseconds(), ratio, at_most=AT_MOST)


if __name__ == "__main__":
    show(rows())
