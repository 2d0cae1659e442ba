"""The handle: a running release as a `distributed.deploy.Cluster`."""

from dask_helm.cluster.discovery import discover
from dask_helm.cluster.handle import HelmCluster

__all__ = ["HelmCluster", "discover"]
