"""Tests of `dask_helm.cluster.release`."""
