"""The main job: from nothing to the first computation. `make demo` runs it.

target.py       which cluster to use: the one the user names, else a local one
release.py      a release of the chart on it, by the real helm and kubectl
computations.py the two jobs, and the same without Dask
"""
