"""Nanny preload: gives each worker process of a pod its own web port.

`dask worker` and `dask cuda worker` accept one --dashboard-address for all processes of a pod. All
processes but one would fall back to a random port, which the chart could not name in advance.
"""

FIRST_PORT = 8790


def dask_setup(nanny):
    """Set the web port of the process `<pod>-<index>` to FIRST_PORT + index."""
    index = int(nanny.name.rpartition("-")[2])
    nanny.worker_kwargs["dashboard_address"] = f":{FIRST_PORT + index}"
