module dask-helm/doorway

go 1.24.0
