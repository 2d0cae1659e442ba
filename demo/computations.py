"""Two jobs on real input, each also computed without Dask to check the result.

    python demo/computations.py ADDRESS-OF-THE-SCHEDULER

This is a script like a user's. Its functions are defined in `__main__`, so they are sent to the
workers, which do not have the module. The workers generate the input from seeds, so that client and
cluster use the same numbers without transferring them. Both jobs move most of their data between
workers: a transposed matrix and a join.
"""

import sys
from typing import Any

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask import delayed
from distributed import Client

SIDE, BLOCK = 3000, 500
ORDERS, PARTS, CUSTOMERS = 2_000_000, 10, 50_000


def block(row: int, column: int) -> Any:
    """Return the matrix's float64 block of shape (BLOCK, BLOCK) at a row and column of blocks."""
    return np.random.default_rng([row, column]).normal(size=(BLOCK, BLOCK))


def symmetric(matrix: Any) -> Any:
    """Return the column means of (M + M.T) @ M for a matrix M of NumPy or Dask."""
    return ((matrix + matrix.T) @ matrix).mean(axis=0)


def matrix_job() -> Any:
    """Return the Dask array of the first job, shape (SIDE,)."""

    def lazy(row: int, column: int) -> Any:
        return da.from_delayed(delayed(block)(row, column), (BLOCK, BLOCK), float)

    places = range(SIDE // BLOCK)
    return symmetric(da.block([[lazy(row, column) for column in places] for row in places]))


def matrix_expected() -> Any:
    """Return the result of the first job from NumPy alone."""
    places = range(SIDE // BLOCK)
    return symmetric(np.block([[block(row, column) for column in places] for row in places]))


def orders(part: int) -> Any:
    """Return one part of the orders: customer, amount in whole cents."""
    random = np.random.default_rng(part)
    size = ORDERS // PARTS
    customer = random.integers(0, CUSTOMERS, size)
    return pd.DataFrame({"customer": customer, "amount": random.integers(1, 10_000, size)})


def customers(part: int) -> Any:
    """Return one part of the customers: customer, region."""
    numbers = np.arange(CUSTOMERS).reshape(PARTS, -1)[part]
    return pd.DataFrame({"customer": numbers, "region": numbers % 7})


def sales_by_region(placed: Any, known: Any) -> Any:
    """Return orders and turnover by region; pandas or Dask."""
    joined = placed.merge(known, on="customer")
    return joined.groupby("region")["amount"].agg(["count", "sum"])


def table_job() -> Any:
    """Return the Dask frame of the second job."""
    parts = range(PARTS)
    return sales_by_region(dd.from_map(orders, parts), dd.from_map(customers, parts))


def table_expected() -> Any:
    """Return the result of the second job from pandas alone."""
    parts = range(PARTS)
    return sales_by_region(pd.concat(map(orders, parts)), pd.concat(map(customers, parts)))


def run(client: Any) -> float:
    """Run both jobs on a cluster, check them, and return the megabytes that moved between workers.

    Raises AssertionError when a result differs from the result of NumPy or pandas.
    """
    before = _sent(client)
    np.testing.assert_allclose(client.compute(matrix_job(), sync=True), matrix_expected())
    table = client.compute(table_job(), sync=True).sort_index()
    pd.testing.assert_frame_equal(table, table_expected(), check_dtype=False)
    return (_sent(client) - before) / 1e6


def _sent(client: Any) -> float:
    def bytes_sent(dask_worker: Any) -> int:
        return int(dask_worker.transfer_outgoing_bytes_total)

    return float(sum(client.run(bytes_sent).values()))


def main(address: str) -> None:
    """Run the jobs on the cluster at an address and print a summary."""
    with Client(address, timeout=60) as client:
        client.wait_for_workers(2, timeout=120)
        moved = run(client)
        print(f"{moved:.0f} MB moved between {len(client.nthreads())} workers, both results right")


if __name__ == "__main__":
    main(sys.argv[1])
