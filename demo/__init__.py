"""The demo: from nothing to the first computation. `make demo` runs it.

computations.py holds the two jobs, and the same jobs without Dask.
"""
