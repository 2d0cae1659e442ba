"""Reading a fleet file: its form is checked here, and its clusters are put together."""

from pathlib import Path
from typing import Any, cast

from dask_helm import goyaml
from dask_helm.errors import FleetError, UsageError
from dask_helm.fleet.builder import Builder
from dask_helm.fleet.checker import Checker, listed
from dask_helm.fleet.matrix import Matrix
from dask_helm.fleet.model import Fleet, Layer, Layout
from dask_helm.fleet.settings import layer
from dask_helm.values.decode import decoded
from dask_helm.values.describe import found
from dask_helm.values.sources import FileSource

_TOP = ("defaults", "clusters", "matrix", "layout", "hooks")
_EXAMPLE = "clusters:\n  - name: alice\n    namespace: alice\n    valuesFiles: [alice.yaml]"


def read(path: Path) -> Fleet:
    """Read a fleet file and check all of it.

    Raises YamlError for text that is no YAML, UsageError for a file that cannot be read, and
    FleetError with everything else that is wrong in it.
    """
    source = _source(path)
    checker = Checker(source.place)
    fleet = _fleet(path, source, checker)
    checker.finish()
    return fleet


def _source(path: Path) -> FileSource:
    try:
        text = decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot read the fleet file: {error.strerror}") from None
    data = goyaml.load(text, name=str(path))
    if not isinstance(data, dict):
        raise FleetError(f"{path}: must be a map, found {found(data)}; such as:\n{_EXAMPLE}")
    return FileSource(data, str(path), text)


def _fleet(path: Path, source: FileSource, checker: Checker) -> Fleet:
    data = source.data
    checker.keys(data, (), _TOP, f"a fleet has {listed(_TOP)}")
    builder = Builder(checker, layer(data.get("defaults"), ("defaults",), checker))
    _clusters(data.get("clusters"), builder, checker)
    if "matrix" in data:
        Matrix(data["matrix"], checker).build(builder)
    if not data.get("clusters") and "matrix" not in data:
        checker.note((), "the fleet has no clusters", write=_EXAMPLE)
    layout = checker.choice(data.get("layout", "single"), ("layout",), ("single", "objects"))
    hooks = checker.flag(data.get("hooks", True), ("hooks",))
    return Fleet(path, source, tuple(builder.clusters.values()), cast(Layout, layout), hooks)


def _clusters(data: Any, builder: Builder, checker: Checker) -> None:
    """Read the clusters, a list of names and maps, or a map of names."""
    if isinstance(data, dict):
        for name, settings in data.items():
            path = ("clusters", name)
            builder.add(name, (layer(settings, path, checker),), {}, path)
        return
    for number, item in enumerate(checker.sequence(data, ("clusters",))):
        _listed_cluster(item, ("clusters", number), builder, checker)


def _listed_cluster(item: Any, path: tuple[str, int], builder: Builder, checker: Checker) -> None:
    if not isinstance(item, dict):
        builder.add(checker.text(item, path), (Layer(path),), {}, path)
    elif "name" not in item:
        checker.note(path, "has no name", write="- name: alice")
    else:
        name = checker.text(item["name"], (*path, "name"))
        builder.add(name, (layer(item, path, checker, "name"),), {}, (*path, "name"))
