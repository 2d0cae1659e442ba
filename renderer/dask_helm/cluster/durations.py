"""Times as people write them."""

from dask.utils import parse_timedelta

from dask_helm.errors import ArgumentError


def seconds(given: float | str, name: str) -> float:
    """Return the seconds of `30`, `"90s"` or `"5m"`. Raises ArgumentError that tells the name."""
    try:
        found = float(parse_timedelta(given))
    except (AttributeError, LookupError, TypeError, ValueError):
        found = -1
    if found >= 0:
        return found
    raise ArgumentError(
        f"{name}={given!r} is no time; write seconds, or a unit as in '90s' or '5m'"
    )
