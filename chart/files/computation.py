"""The script of `helm test`: a computation whose result is known."""

import os

from distributed import Client


def square(number):
    """Return number squared."""
    return number * number


address = os.environ["DASK_SCHEDULER_ADDRESS"]
with Client(address, timeout=60) as client:
    client.wait_for_workers(1, timeout=120)
    total = client.submit(sum, client.map(square, range(1000))).result(timeout=120)
    if total != 332833500:
        raise SystemExit(f"wrong result: {total} instead of 332833500")
    print(f"{address}: right result from {len(client.nthreads())} workers")
