"""Merges the layers of a cluster to its values, as Helm merges values files."""

from dataclasses import dataclass
from functools import lru_cache, reduce
from pathlib import Path

from dask_helm.engine.values import setting, sources
from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.merge import Map, copied, merge_maps
from dask_helm.errors import Place
from dask_helm.fleet.model import Cluster, Fleet
from dask_helm.fleet.placeholders import fill, filled, used


@dataclass
class Fragment(sources.MappingSource):
    """Values in the fleet file, at `path`."""

    file: sources.Source | None = None
    path: ValuePath = ()

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return the place in the fleet file."""
        return self.file.place((*self.path, *path), key=key) if self.file else None

    def written(self, path: ValuePath) -> str | None:
        """Return the scalar as it is written in the fleet file."""
        return self.file.written((*self.path, *path)) if self.file else None


class FleetValues:
    """Collects the values of the clusters of a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._source = fleet.source
        self._folder = fleet.folder

    def of(self, cluster: Cluster) -> Values:
        """Return a cluster's values. Raises UsageError, YamlError or SettingError."""
        found: list[sources.MappingSource] = []
        for layer in cluster.layers:
            found += [_read(self._folder / fill(file, cluster.words)) for file in layer.files]
            if layer.values:
                has_words = bool(used(layer.values))
                values = filled(layer.values, cluster.words) if has_words else layer.values
                path = (*layer.path, "values")
                found.append(Fragment(values, self._source.name, self._source, path))
        nothing: Map = {}
        data = reduce(merge_maps, (source.data for source in found), nothing)
        settings = [text for layer in cluster.layers for text in layer.set]
        # An expression changes the data in place, which other clusters share.
        data = copied(data) if settings else data
        return Values(data, [*found, *(setting.apply(setting.TYPED, s, data) for s in settings)])


def _read(path: Path) -> sources.MappingSource:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return sources.read(path)  # reports the error
    return _cached(path, status.st_mtime_ns, status.st_size)


# Bounded: thousands of clusters can have their own files. Shared files stay cached.
@lru_cache(maxsize=256)
def _cached(path: Path, _time: int, _size: int) -> sources.MappingSource:
    return sources.read(path)
