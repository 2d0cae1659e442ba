"""A Helm engine: a chart and values in, the objects that `helm template` renders out.

It knows nothing of Dask and imports nothing else of the package but its errors and `text`.
`template/` holds the language of templates with the functions of sprig and Helm, `yaml/` YAML and
JSON by Go's rules, `values/` values files, ``--set`` and how Helm merges them. The modules here
join these: a chart, a release, what templates see beside the values, the two engines, and
manifests.
"""

from dask_helm.engine.chart import Chart
from dask_helm.engine.manifests import Manifest, manifests, to_yaml
from dask_helm.engine.release import Release

__all__ = ["Chart", "Manifest", "Release", "manifests", "to_yaml"]
