"""Everything from the user's input to checked values: reading, merging, --set, the schema, names.

Nothing here knows templates. Validation and its messages are imported when they are needed.
"""

from dask_helm.values.collect import Values, collect
from dask_helm.values.merge import coalesce, merge_maps
from dask_helm.values.names import check_namespace, check_release
from dask_helm.values.sources import Source, read
from dask_helm.values.validate import check

__all__ = [
    "Source",
    "Values",
    "check",
    "check_namespace",
    "check_release",
    "coalesce",
    "collect",
    "merge_maps",
    "read",
]
