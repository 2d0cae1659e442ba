"""The handle: a running release as a `distributed.deploy.Cluster`.

`api` accesses Kubernetes, `release` finds the objects of a release, `connect` connects to the
scheduler, `scaling` changes pools, and `observe` waits and reports. The class HelmCluster in
`handle` combines them; `session` and `notebook` are its base classes.
"""

from dask_helm.cluster.dask_ctl import discover
from dask_helm.cluster.handle import HelmCluster

__all__ = ["HelmCluster", "discover"]
