"""Many clusters from one file, rendered by all cores; only files that changed are written."""

from dask_helm.fleet.model import Cluster, Fleet, Layer, Layout
from dask_helm.fleet.reading import read
from dask_helm.fleet.report import Outcome, Progress, Report, State
from dask_helm.fleet.running import render

__all__ = [
    "Cluster",
    "Fleet",
    "Layer",
    "Layout",
    "Outcome",
    "Progress",
    "Report",
    "State",
    "read",
    "render",
]
