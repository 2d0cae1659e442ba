"""Renders many clusters from one file on all cores; writes only files that changed.

`document` reads the YAML and `schema` checks its form. `clusters` builds the clusters and checks
what a schema cannot say. `run` renders them with a `pool` of processes, each calling a `job`.
"""

from dask_helm.fleet.clusters import read
from dask_helm.fleet.model import Cluster, Fleet, Layer, Layout
from dask_helm.fleet.report import Outcome, Progress, Report, State
from dask_helm.fleet.run import render

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
