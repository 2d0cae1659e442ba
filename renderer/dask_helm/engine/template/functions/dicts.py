"""Dicts of sprig. `set`, `unset` and the merging functions change the dict that they are given."""

from typing import Any

from dask_helm.engine.template.functions.strings import strval
from dask_helm.engine.template.functions.table import function, nested
from dask_helm.engine.types import (
    FunctionError,
    NilMap,
    Object,
    StringList,
    StringMap,
    is_nil,
    type_name,
)

Dict = dict[str, Any]


@function("dict")
def dict_(*pairs: Any) -> Dict:
    """Return a dict of keys and values in turns; a last key alone gets an empty string."""
    if len(pairs) % 2:
        pairs = (*pairs, "")
    return dict(zip(map(strval, pairs[::2]), pairs[1::2], strict=True))


@function("get")
def get(values: dict, key: str) -> Any:  # type: ignore[type-arg]
    """Return the value of a key, an empty string if there is none."""
    return values.get(key, "") if values else ""


@function("set")
def set_(values: dict, key: str, value: Any) -> Dict:  # type: ignore[type-arg]
    """Put a value into the dict, and return the dict."""
    if not values and is_nil(values):
        raise FunctionError("assignment to entry in nil map")
    values[key] = value
    return values


@function("unset")
def unset(values: dict, key: str) -> Dict:  # type: ignore[type-arg]
    """Remove a key from the dict, and return the dict."""
    if values is None:
        return NilMap()
    values.pop(key, None)
    return values


@function("hasKey")
def has_key(values: dict, key: str) -> bool:  # type: ignore[type-arg]
    """Whether the dict has the key, even for nil."""
    return bool(values) and key in values


@function("pluck")
def pluck(key: str, *dicts: dict) -> list[Any]:  # type: ignore[type-arg]
    """Return the values of one key in all dicts that have it."""
    return [values[key] for values in dicts if values and key in values]


@function("keys")
def keys(*dicts: dict) -> StringList:  # type: ignore[type-arg]
    """Return the keys of all dicts, each dict's sorted; Go gives them in no order."""
    return StringList(key for values in dicts if values for key in sorted(values))


@function("values")
def values_(values: dict) -> list[Any]:  # type: ignore[type-arg]
    """Return the values of a dict in the order of its keys; Go gives them in no order."""
    return [values[key] for key in sorted(values)] if values else []


@function("pick")
def pick(values: dict, *names: str) -> Dict:  # type: ignore[type-arg]
    """Return a dict of these keys only."""
    return {key: values[key] for key in names if values and key in values}


@function("omit")
def omit(values: dict, *names: str) -> Dict:  # type: ignore[type-arg]
    """Return a dict without these keys."""
    return {key: value for key, value in (values or {}).items() if key not in names}


@function("dig")
def dig(*path: Any) -> Any:
    """Return the value under several keys, one inside the other; a default comes after them."""
    if len(path) < 3:
        raise FunctionError("dig needs at least three arguments")
    *names, default, values = path
    for name in names:
        if type(name) is not str:
            raise _conversion(name, "string")
    for name in names:
        if type(values) not in (dict, NilMap):
            raise _conversion(values, "map[string]interface {}")
        if name not in values:
            return default
        values = values[name]
    return values


def _conversion(value: Any, wanted: str) -> FunctionError:
    found = "nil" if value is None else type_name(value)
    return FunctionError(f"interface conversion: interface {{}} is {found}, not {wanted}")


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
