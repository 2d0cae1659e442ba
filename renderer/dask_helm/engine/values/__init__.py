"""Values as Helm reads and merges them: files, mappings, ``--set`` and its relatives.

Each value knows its place in the user's files. Values are not validated here.
"""

from dask_helm.engine.values.collect import Values, collect
from dask_helm.engine.values.merge import coalesce, merge_maps
from dask_helm.engine.values.sources import Source, read

__all__ = ["Source", "Values", "coalesce", "collect", "merge_maps", "read"]
