"""The validation of values against a schema; all problems are collected."""

from typing import Any

from dask_helm.engine.values.collect import Values
from dask_helm.engine.values.merge import Map
from dask_helm.errors import Problem, ValuesError
from dask_helm.values import characters, tags
from dask_helm.values.order import in_order
from dask_helm.values.tree import Schema, plain, validator

# Validators by the id of their schema, which is kept beside them so that the id stays its own; of
# a process that reads many charts the last few.
_VALIDATORS: dict[int, tuple[Schema, Any]] = {}
_MOST_VALIDATORS = 8


def check(values: Values, coalesced: Map, schema: Schema) -> None:
    """Raise ValuesError with all problems, if any, in the order of the user's files.

    `coalesced` are the user's values merged with the defaults, as Helm validates them. Raises
    ChartError for an invalid schema.
    """
    lost = [*characters.problems(values), *tags.problems(values)]
    if lost:
        from dask_helm.values.schema import is_own

        # Other charts may have other rules.
        lost = lost if is_own(schema) else []
    found = [*lost, *_problems(values, coalesced, schema, of_chart=True)]
    if found:
        raise ValuesError(in_order(found, values))


def problems(values: Values, schema: Schema) -> list[Problem]:
    """Return all violations of a schema in data other than a chart's values, in file order."""
    return in_order(_problems(values, values.data, schema, of_chart=False), values)


def _problems(values: Values, coalesced: Map, schema: Schema, *, of_chart: bool) -> list[Problem]:
    if id(schema) not in _VALIDATORS:
        while len(_VALIDATORS) >= _MOST_VALIDATORS:
            del _VALIDATORS[next(iter(_VALIDATORS))]
        _VALIDATORS[id(schema)] = (schema, validator(schema))
    decide = _VALIDATORS[id(schema)][1]
    try:
        valid = decide.is_valid(coalesced)
    except ValueError:  # of other types of numbers than Python's own
        valid = decide.is_valid(plain(coalesced))
    if valid:
        return []
    from dask_helm.values import report

    errors = decide.iter_errors(plain(coalesced))
    return report.problems(values, coalesced, schema, errors, of_chart=of_chart)
