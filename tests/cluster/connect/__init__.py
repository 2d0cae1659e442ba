"""Tests of `dask_helm.cluster.connect`."""
