"""Nanny preload: gives each worker process of a pod a web port of its own.

`dask worker` and `dask cuda worker` take one --dashboard-address for all processes of a pod, so
that all but one of them would fall back to a random port, which nothing could name in advance.
"""

FIRST_PORT = 8790


def dask_setup(nanny):
    """Move the process `<pod>-<index>` to the port FIRST_PORT + index."""
    index = int(nanny.name.rpartition("-")[2])
    nanny.worker_kwargs["dashboard_address"] = f":{FIRST_PORT + index}"
