"""Times and counts as people write them."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from dask_helm.cluster.arguments import positive, seconds, whole
from dask_helm.errors import ArgumentError


@pytest.mark.parametrize(
    ("given", "expected"),
    [(0, 0), (1.5, 1.5), ("30", 30), ("90s", 90), ("5m", 300), (timedelta(hours=1), 3600)],
)
def test_a_time(given: Any, expected: float) -> None:
    assert seconds(given, "timeout") == expected


@pytest.mark.parametrize("given", ["5x", "soon", "", "-1s", -1, float("nan"), [], {}])
def test_what_is_no_time(given: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        seconds(given, "timeout")
    assert str(caught.value) == (
        f"timeout must be a time, in seconds or with a unit such as '90s' or '5m'; got {given!r}"
    )


@pytest.mark.parametrize("given", [3, np.int64(3), np.uint8(3)])
def test_a_number(given: Any) -> None:
    found = whole(given, "tail_lines")
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize("given", [-1, 0, True, 1.5, 2.0, "3", None, np.array([1, 2])])
def test_what_is_no_number(given: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        positive(given, "n_workers")
    assert str(caught.value) == f"n_workers must be an integer, 1 or more; got {given!r}"
