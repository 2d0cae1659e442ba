"""Everything the user gave, merged in Helm's order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dask_helm.engine.values import setting
from dask_helm.engine.values.display import ValuePath
from dask_helm.engine.values.merge import Map, copied, merge_maps
from dask_helm.engine.values.sources import Source, read
from dask_helm.errors import Place


@dataclass(frozen=True)
class Values:
    """The user's values: merged `data`, and the `sources` they came from, the last one winning."""

    data: Map
    sources: Sequence[Source] = ()

    def place(self, path: ValuePath, *, key: bool = False) -> Place | None:
        """Return where the value at the path, or with `key` its key, was written last.

        None when no file and no expression holds it.
        """
        source = self.holder(path)
        return source.place(path, key=key) if source else None

    def holder(self, path: ValuePath) -> Source | None:
        """Return the last source that holds the path."""
        holders = (source for source in reversed(self.sources) if source.held(path) == len(path))
        return next(holders, None)

    def nearest(self, path: ValuePath) -> ValuePath:
        """Return the longest beginning of the path that some source holds."""
        return path[: max((source.held(path) for source in self.sources), default=0)]

    def written(self, path: ValuePath) -> str | None:
        """Return the value at the path as the user wrote it, when it is a plain scalar."""
        source = self.holder(path)
        return source.written(path) if source else None


def collect(
    files: Sequence[str | Path | Mapping[str, Any]] = (),
    set: Sequence[str] = (),  # noqa: A002
    set_string: Sequence[str] = (),
    set_json: Sequence[str] = (),
    set_file: Sequence[str] = (),
    set_literal: Sequence[str] = (),
) -> Values:
    """Merge files (or mappings) in their order, then the expressions in Helm's order.

    That is --set-json, --set, --set-string, --set-file, --set-literal, whatever the order on the
    command line. Raises YamlError, UsageError or SettingError for what cannot be read.
    """
    expressions = {
        setting.JSON: set_json,
        setting.TYPED: set,
        setting.STRING: set_string,
        setting.FILE: set_file,
        setting.LITERAL: set_literal,
    }
    read_ones = [read(file) for file in files]
    data: Map = {}
    for source in read_ones:
        data = merge_maps(data, source.data)
    given = [(kind, text) for kind, texts in expressions.items() for text in texts]
    # Expressions change lists and maps in place, which the sources must not see.
    data = copied(data) if given else data
    return Values(data, [*read_ones, *(setting.apply(kind, text, data) for kind, text in given)])
