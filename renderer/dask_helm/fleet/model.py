"""A fleet: clusters, each made of layers of settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dask_helm.fleet.words import Words
from dask_helm.values.paths import ValuePath
from dask_helm.values.sources import MappingSource

Layout = Literal["single", "objects"]


@dataclass(frozen=True)
class Layer:
    """Settings from one place of the fleet file; `path` leads to that place.

    A layer's `values` lie over its `files`, a later layer over an earlier one, `set` over all.
    """

    path: ValuePath = ()
    release: str | None = None
    namespace: str | None = None
    files: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    set: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """One cluster: its name, which is its folder's, and its layers, of which the last one wins.

    `words` are what `{name}`, `{release}`, `{namespace}` and the axes of the matrix stand for;
    `path` leads to where the fleet file names it.
    """

    name: str
    release: str
    namespace: str
    layers: tuple[Layer, ...]
    words: Words
    path: ValuePath = ()


@dataclass(frozen=True)
class Fleet:
    """A fleet file that was read and is right; paths in it are relative to its folder."""

    path: Path
    source: MappingSource
    clusters: tuple[Cluster, ...]
    layout: Layout = "single"
    hooks: bool = True

    @property
    def folder(self) -> Path:
        """Return the folder that paths in the file are relative to."""
        return self.path.parent
