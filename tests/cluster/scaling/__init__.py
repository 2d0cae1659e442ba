"""Tests of `dask_helm.cluster.scaling`."""
