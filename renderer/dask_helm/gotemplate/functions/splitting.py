"""Strings in parts."""

from dask_helm.gotemplate.functions.limits import check_elements
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.types import StringList, StringMap


def _split(separator: str, text: str, most: int = -1) -> list[str]:
    """Return the parts, at most so many; an empty separator splits into characters."""
    if most == 0:
        return []
    check_elements(text.count(separator))
    if separator:
        return text.split(separator, most - 1 if most > 0 else -1)
    parts = list(text)
    return parts if most < 0 or len(parts) <= most else [*parts[: most - 1], text[most - 1 :]]


@function("split")
def split(separator: str, text: str) -> StringMap:
    """Return a dict of the parts, under ``_0``, ``_1`` and so on."""
    return _numbered(_split(separator, text))


@function("splitn")
def splitn(separator: str, most: int, text: str) -> StringMap:
    """Return a dict of the parts, at most so many, under ``_0``, ``_1`` and so on."""
    return _numbered(_split(separator, text, most))


def _numbered(parts: list[str]) -> StringMap:
    return StringMap((f"_{i}", part) for i, part in enumerate(parts))


@function("splitList")
def split_list(separator: str, text: str) -> StringList:
    """Return a list of the parts."""
    return StringList(_split(separator, text))
