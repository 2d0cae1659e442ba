"""Whether values satisfy the chart's schema, and everything that is wrong when they do not."""

from typing import Any

from dask_helm.errors import Problem, ValuesError
from dask_helm.values import characters
from dask_helm.values.collect import Values
from dask_helm.values.merge import Map
from dask_helm.values.order import in_order
from dask_helm.values.tree import Schema, plain, validator

# Validators by the id of their schema, which is kept beside them so that the id stays its own; of
# a process that reads many charts the last few.
_VALIDATORS: dict[int, tuple[Schema, Any]] = {}
_MOST_VALIDATORS = 8


def check(values: Values, coalesced: Map, schema: Schema) -> None:
    """Raise ValuesError with all problems in the order of the user's files, if there are any.

    `coalesced` are the user's values over the defaults, which is what Helm validates, too. A schema
    that is none raises ChartError.
    """
    found = [*_lost(values, schema), *_refused(values, coalesced, schema)]
    if found:
        raise ValuesError(in_order(found, values))


def _lost(values: Values, schema: Schema) -> list[Problem]:
    """Return what our own chart cannot write."""
    found = list(characters.problems(values))
    if not found:
        return []
    from dask_helm.values.schema import is_own

    return found if is_own(schema) else []


def _refused(values: Values, coalesced: Map, schema: Schema) -> list[Problem]:
    """Return what the schema refuses."""
    decide = _validator(schema)
    if _is_valid(decide, coalesced):
        return []
    from dask_helm.values.report import problems

    return problems(values, coalesced, schema, decide.iter_errors(plain(coalesced)))


def _validator(schema: Schema) -> Any:
    if id(schema) not in _VALIDATORS:
        while len(_VALIDATORS) >= _MOST_VALIDATORS:
            del _VALIDATORS[next(iter(_VALIDATORS))]
        _VALIDATORS[id(schema)] = (schema, validator(schema))
    return _VALIDATORS[id(schema)][1]


def _is_valid(decide: Any, values: Map) -> bool:
    """Return whether the values satisfy the validator, which knows Python's own types only."""
    try:
        valid: bool = decide.is_valid(values)
    except ValueError:
        valid = decide.is_valid(plain(values))
    return valid
