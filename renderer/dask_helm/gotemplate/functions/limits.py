"""What a function may make at most: a template must not be able to use up the memory."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from dask_helm.gotemplate.printing.plain import MAX_TEXT
from dask_helm.gotemplate.types import FunctionError

MAX_ELEMENTS = 10**6

F = TypeVar("F", bound=Callable[..., Any])


def check_text(length: int) -> None:
    """Raise FunctionError for a text that would be longer than `MAX_TEXT` characters."""
    if length > MAX_TEXT:
        raise FunctionError(f"the result would be longer than {MAX_TEXT} characters")


def check_elements(count: int) -> None:
    """Raise FunctionError for a list that would have more than `MAX_ELEMENTS` elements."""
    if count > MAX_ELEMENTS:
        raise FunctionError(f"the result would have more than {MAX_ELEMENTS} elements")


def nested(call: F) -> F:
    """Let a recursive function raise FunctionError for values that are nested too deeply."""

    @wraps(call)
    def limited(*values: Any) -> Any:
        try:
            return call(*values)
        except RecursionError:
            raise FunctionError("the value is nested too deeply") from None

    return limited  # type: ignore[return-value]
