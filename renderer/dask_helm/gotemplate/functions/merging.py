"""The merging functions of sprig, which merge into the first dict and share what they take over.

An empty value (0, false, "", [], {}, nil) of the first dict always gives way. `merge` fills in only
what is empty or missing; `mergeOverwrite` takes over every value of the others, empty ones, too.
"""

from typing import Any

from dask_helm.gotemplate.functions.limits import nested
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import NilMap, is_nil
from dask_helm.gotemplate.types import FunctionError, Object, StringMap

Dict = dict[str, Any]


@function("merge", "mustMerge")
@nested
def merge(into: dict, *others: dict) -> Dict:  # type: ignore[type-arg]
    """Fill in what the first dict lacks, from the others in their order, and return the first."""
    return _merged(into, others, overwrite=False)


@function("mergeOverwrite", "mustMergeOverwrite")
@nested
def merge_overwrite(into: dict, *others: dict) -> Dict:  # type: ignore[type-arg]
    """Overwrite the first dict with the others in their order, and return the first."""
    return _merged(into, others, overwrite=True)


def _merged(into: Dict, others: tuple[Dict | None, ...], overwrite: bool) -> Dict:
    result = NilMap() if into is None else into
    for other in others:
        if other is not None and not is_nil(other):
            result = {} if is_nil(result) else result
            _merge(result, other, overwrite)
    return result


def _merge(into: Dict, other: Dict, overwrite: bool) -> None:
    if isinstance(into, StringMap) and other and not isinstance(other, StringMap):
        raise FunctionError("reflect.Set: value is not assignable to type string")
    for key, value in list(other.items()):
        if value is None:
            if overwrite:
                into[key] = None
        else:
            _merge_value(into, key, value, overwrite)


def _merge_value(into: Dict, key: str, value: Any, overwrite: bool) -> None:
    present = into.get(key)
    if isinstance(present, dict) and isinstance(value, dict) and not is_nil(present):
        _merge(present, value, overwrite)
        if present:
            return
    if isinstance(present, Object) and isinstance(value, dict) and not overwrite:
        raise FunctionError("src and dst must be of same type")
    if overwrite or not present:
        into[key] = value
