"""Values instead of empty ones: nil, false, 0, an empty string, list or dict."""

from typing import Any

from dask_helm.gotemplate.functions.table import function


@function("default")
def default(instead: Any, *given: Any) -> Any:
    """Return the given value, the default for an empty one."""
    return given[0] if given and given[0] else instead


@function("empty")
def empty(value: Any) -> bool:
    """Whether the value is empty."""
    return not value


@function("coalesce")
def coalesce(*values: Any) -> Any:
    """Return the first value that is not empty, else nil."""
    return next((value for value in values if value), None)


@function("all")
def all_(*values: Any) -> bool:
    """Whether no value is empty."""
    return all(values)


@function("any")
def any_(*values: Any) -> bool:
    """Whether some value is not empty."""
    return any(values)


@function("ternary")
def ternary(if_true: Any, if_false: Any, condition: bool) -> Any:
    """Return the first value if the condition is true, else the second."""
    return if_true if condition else if_false
