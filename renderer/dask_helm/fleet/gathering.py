"""The values of a cluster: its layers over each other, as Helm lays values files."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from pathlib import Path

from dask_helm.errors import Place
from dask_helm.fleet.model import Cluster, Fleet, Layer
from dask_helm.fleet.words import Words, fill, filled, used
from dask_helm.values import setting, sources
from dask_helm.values.collect import Values
from dask_helm.values.merge import Map, copied, merge_maps
from dask_helm.values.paths import ValuePath


@dataclass
class Fragment(sources.MappingSource):
    """Values that stand in the fleet file, at `path`."""

    file: sources.Source | None = None
    path: ValuePath = ()

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return the place in the fleet file."""
        return self.file.place((*self.path, *path), key=key) if self.file else None

    def written(self, path: ValuePath) -> str | None:
        """Return the scalar as it stands in the fleet file."""
        return self.file.written((*self.path, *path)) if self.file else None


class Gathering:
    """Gathers the values of one cluster of a fleet after the other."""

    def __init__(self, fleet: Fleet) -> None:
        self._source = fleet.source
        self._folder = fleet.folder

    def values(self, cluster: Cluster) -> Values:
        """Return a cluster's values. Raises UsageError, YamlError or SettingError."""
        found = [s for layer in cluster.layers for s in self._sources(layer, cluster.words)]
        nothing: Map = {}
        data = reduce(merge_maps, (source.data for source in found), nothing)
        settings = [text for layer in cluster.layers for text in layer.set]
        # An expression changes what it finds, which other clusters share.
        data = copied(data) if settings else data
        return Values(data, [*found, *(setting.apply(setting.TYPED, s, data) for s in settings)])

    def _sources(self, layer: Layer, words: Words) -> Iterator[sources.MappingSource]:
        for file in layer.files:
            yield _read(self._folder / fill(file, words))
        if layer.values:
            data = filled(layer.values, words) if used(layer.values) else layer.values
            yield Fragment(data, self._source.name, self._source, (*layer.path, "values"))


def _read(path: Path) -> sources.MappingSource:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return sources.read(path)  # which says what is wrong
    return _cached(path, status.st_mtime_ns, status.st_size)


# Bounded: thousands of clusters may have a file each. The ones that clusters share stay.
@lru_cache(maxsize=256)
def _cached(path: Path, _time: int, _size: int) -> sources.MappingSource:
    return sources.read(path)
