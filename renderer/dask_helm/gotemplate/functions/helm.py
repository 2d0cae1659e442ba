"""What Helm adds that needs nothing of the templates around; there is no cluster to ask."""

from typing import Any

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.types import FunctionError


@function("required")
def required(message: str, value: Any) -> Any:
    """Return the value; raises FunctionError with the message for nil and an empty string."""
    if value is None or value == "":
        raise FunctionError(message)
    return value


@function("fail")
def fail(message: str) -> str:
    """Raise FunctionError with the message."""
    raise FunctionError(message)


@function("lookup")
def lookup(_version: str, _kind: str, _namespace: str, _name: str) -> dict[str, Any]:
    """Return an empty map, as `helm template` does."""
    return {}


@function("getHostByName")
def get_host_by_name(_name: str) -> str:
    """Return nothing, as Helm does unless it is asked to look names up."""
    return ""
