"""Lists of sprig. None of these functions changes the list that it is given."""

from typing import Any

from dask_helm.engine.template.functions.conversion import to_integer
from dask_helm.engine.template.functions.reflection import contained, distinct
from dask_helm.engine.template.functions.strings import strval
from dask_helm.engine.template.functions.table import function, nested
from dask_helm.engine.template.printing.plain import plain
from dask_helm.engine.types import (
    FunctionError,
    Lists,
    NilList,
    NilStringList,
    StringList,
    kind_name,
)
from dask_helm.engine.utf8 import encoded


def _listed(value: Any, message: str) -> list[Any]:
    """Return the value if it is a list.

    Raises FunctionError with the message, in which ``%s`` is the kind of the value.
    """
    if isinstance(value, list):
        return value
    raise FunctionError(message % ("nil" if value is None else kind_name(value)))


@function("list", "tuple")
def list_(*values: Any) -> list[Any]:
    """Return a list of the values."""
    return list(values)


@function("append", "push", "mustAppend", "mustPush")
def append(values: Any, value: Any) -> list[Any]:
    """Return the list with one more value."""
    return [*_listed(values, "Cannot push on type %s"), value]


@function("prepend", "mustPrepend")
def prepend(values: Any, value: Any) -> list[Any]:
    """Return the list with one more value at its beginning."""
    return [value, *_listed(values, "Cannot prepend on type %s")]


@function("concat")
def concat(*lists: Any) -> list[Any]:
    """Return the values of all lists."""
    values: list[Any] = []
    for one in lists:
        values += one if isinstance(one, list) else _listed(one, "Cannot concat as list type %s")
    return values or NilList()


@function("first", "mustFirst")
def first(values: Any) -> Any:
    """Return the first value, nil of an empty list."""
    return next(iter(_listed(values, "Cannot find first on type %s")), None)


@function("last", "mustLast")
def last(values: Any) -> Any:
    """Return the last value, nil of an empty list."""
    return next(reversed(_listed(values, "Cannot find last on type %s")), None)


@function("rest", "mustRest")
def rest(values: Any) -> list[Any]:
    """Return all but the first value."""
    listed = _listed(values, "Cannot find rest on type %s")
    return list(listed[1:]) if listed else NilList()


@function("initial", "mustInitial")
def initial(values: Any) -> list[Any]:
    """Return all but the last value."""
    listed = _listed(values, "Cannot find initial on type %s")
    return list(listed[:-1]) if listed else NilList()


@function("reverse", "mustReverse")
def reverse(values: Any) -> list[Any]:
    """Return the values, the last one first."""
    return _listed(values, "Cannot find reverse on type %s")[::-1]


@function("compact", "mustCompact")
def compact(values: Any) -> list[Any]:
    """Return the values that are not empty."""
    return [value for value in _listed(values, "Cannot compact on type %s") if value]


@function("uniq", "mustUniq")
@nested
def uniq(values: Any) -> list[Any]:
    """Return each value once."""
    return distinct(_listed(values, "Cannot find uniq on type %s"))


@function("without", "mustWithout")
@nested
def without(values: Any, *omitted: Any) -> list[Any]:
    """Return the values that are not to be omitted."""
    listed = _listed(values, "Cannot find without on type %s")
    omitted_list = list(omitted)
    return [value for value in listed if not contained(value, omitted_list)]


@function("has", "mustHas")
def has(value: Any, values: Any) -> bool:
    """Whether the value is in the list; a nil list holds nothing."""
    if type(value) is str and type(values) is list:
        return value in values
    return values is not None and _contained(value, _listed(values, "Cannot find has on type %s"))


_contained = nested(contained)


@function("slice", "mustSlice")
def slice_(values: Any, *limits: Any) -> Any:
    """Return the values from the first limit to before the second; nil of an empty list."""
    listed = _listed(values, "list should be type of slice or array but %s")
    if not listed:
        return None
    start, end = (*map(to_integer, limits[:2]), *(0, len(listed))[len(limits) :])
    if not 0 <= start <= end <= len(listed):
        raise FunctionError("reflect.Value.Slice: slice index out of bounds")
    return type(listed)(listed[start:end])


@function("chunk", "mustChunk")
def chunk(size: int, values: Any) -> Lists:
    """Return lists of that many values each."""
    listed = _listed(values, "Cannot chunk type %s")
    if size < 1:
        size = _backwards(size, len(listed))
    return Lists(list(listed[at : at + size]) for at in range(0, len(listed), size))


def _backwards(size: int, count: int) -> int:
    """Return a step that has the effect of a size below 1 in Go: one chunk, none, or an error."""
    if count == 1 and size < -1:
        return 1
    if 1 < count <= 1 - size:
        return size
    raise FunctionError("runtime error: makeslice: len out of range")


def strings(value: Any) -> list[str]:
    """Return the values of a list as strings, without nil; any other value as the only one."""
    if isinstance(value, list):
        return [strval(v) for v in value if v is not None]
    return [] if value is None else [strval(value)]


@function("toStrings")
def to_strings(value: Any) -> StringList:
    """Return the values as strings, without nil."""
    return value if isinstance(value, NilStringList) else StringList(strings(value))


@function("join")
def join(separator: str, values: Any) -> str:
    """Return the values as one string."""
    return separator.join(strings(values))


@function("sortAlpha")
def sort_alpha(values: Any) -> StringList:
    """Return the values as strings, sorted by their bytes."""
    if isinstance(values, NilStringList):
        return values
    return StringList(
        sorted(strings(values), key=encoded) if isinstance(values, list) else [plain(values)]
    )
