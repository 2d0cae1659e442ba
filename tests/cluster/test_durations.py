"""Times as people write them."""

from datetime import timedelta
from typing import Any

import pytest
from dask_helm.cluster.durations import seconds
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
        f"timeout={given!r} is no time; write seconds, or a unit as in '90s' or '5m'"
    )
