"""Dicts of sprig. `set`, `unset` and the merging functions change the dict that they are given."""

from typing import Any

from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.kinds import NilMap, is_nil, type_name
from dask_helm.gotemplate.printing.plain import plain
from dask_helm.gotemplate.types import FunctionError, StringList

Dict = dict[str, Any]


@function("dict")
def dict_(*pairs: Any) -> Dict:
    """Return a dict of keys and values in turns; a last key alone gets an empty string."""
    if len(pairs) % 2:
        pairs = (*pairs, "")
    keys = [key if type(key) is str else plain(key) for key in pairs[::2]]
    return dict(zip(keys, pairs[1::2], strict=True))


@function("get")
def get(values: dict, key: str) -> Any:  # type: ignore[type-arg]
    """Return the value of a key, an empty string where there is none."""
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
    _check_keys(names)
    for name in names:
        _check_dict(values)
        if name not in values:
            return default
        values = values[name]
    return values


def _check_keys(names: list[Any]) -> None:
    for name in names:
        if type(name) is not str:
            raise _conversion(name, "string")


def _check_dict(value: Any) -> None:
    if type(value) not in (dict, NilMap):
        raise _conversion(value, "map[string]interface {}")


def _conversion(value: Any, wanted: str) -> FunctionError:
    found = "nil" if value is None else type_name(value)
    return FunctionError(f"interface conversion: interface {{}} is {found}, not {wanted}")
