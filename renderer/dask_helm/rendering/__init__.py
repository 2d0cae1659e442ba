"""Values to manifests: the chart, the engines, and the order and printing of objects."""

from dask_helm.rendering.chart import Chart
from dask_helm.rendering.manifests import Manifest, to_yaml
from dask_helm.rendering.release import Release
from dask_helm.rendering.renderer import Rendered, Renderer, render

__all__ = ["Chart", "Manifest", "Release", "Rendered", "Renderer", "render", "to_yaml"]
