"""Tests of `dask_helm.cluster.observe`."""
