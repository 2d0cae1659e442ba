"""The model of a fleet: clusters, each with layers of settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.sources import MappingSource
from dask_helm.fleet.placeholders import Words

Layout = Literal["single", "objects"]


@dataclass(frozen=True)
class Layer:
    """Settings from one place of the fleet file; `path` is this place.

    `values` override the `files` of the same layer, later layers override earlier ones, and `set`
    overrides everything.
    """

    path: ValuePath = ()
    release: str | None = None
    namespace: str | None = None
    files: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    set: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """One cluster: its name, which is also its folder, and its layers; later layers override.

    `words` are the values of `{name}`, `{release}`, `{namespace}` and the axes of the matrix;
    `path` is the place of its name in the fleet file.
    """

    name: str
    release: str
    namespace: str
    layers: tuple[Layer, ...]
    words: Words
    path: ValuePath = ()


@dataclass(frozen=True)
class Fleet:
    """A valid fleet file; paths in it are relative to its folder."""

    path: Path
    source: MappingSource
    clusters: tuple[Cluster, ...]
    layout: Layout = "single"
    hooks: bool = True

    @property
    def folder(self) -> Path:
        """Return the folder that paths in the file are relative to."""
        return self.path.parent
