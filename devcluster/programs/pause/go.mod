module dask-helm/pause

go 1.24.0
