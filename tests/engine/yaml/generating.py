"""Values made by hypothesis, many at once, so that one run of Helm judges all of them.

`make test-long` sets DASK_HELM_EXAMPLES for the long variant.
"""

import os
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

_COUNT = int(os.environ.get("DASK_HELM_EXAMPLES", "200"))
_Value = TypeVar("_Value")


def generated(strategy: SearchStrategy[_Value]) -> list[_Value]:
    """Return values of the strategy: the same ones in each run, unless the long variant is asked for."""
    values: list[_Value] = []

    @settings(
        max_examples=_COUNT,
        database=None,
        derandomize="DASK_HELM_EXAMPLES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: _Value) -> None:
        values.append(value)

    collect()
    return values
