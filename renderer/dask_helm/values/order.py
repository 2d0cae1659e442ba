"""The order in which problems are told, and what is told once for several of them."""

from collections.abc import Iterable
from dataclasses import replace

from dask_helm.errors import Problem
from dask_helm.values.collect import Values

_ABOVE = "what to write above mends this, too"


def in_order(found: Iterable[Problem], values: Values) -> list[Problem]:
    """Return problems in the order of the user's sources, those without a place last.

    What mends several of them, such as a list that is written whole, stands at the first.
    """
    ordered = sorted(found, key=lambda problem: _order(problem, values))
    first: dict[str | None, Problem] = {}
    return [p if first.setdefault(p.write, p) is p else _mended_above(p) for p in ordered]


def _mended_above(problem: Problem) -> Problem:
    if problem.write is None:
        return problem
    return replace(problem, message=f"{problem.message.rstrip('.')}; {_ABOVE}", write=None)


def _order(problem: Problem, values: Values) -> tuple[int, int, int, str]:
    """Return what sorts problems as they stand in the sources; those without a place come last."""
    place = problem.place
    if place is None:
        return len(values.sources), 0, 0, problem.path
    names = [source.name for source in values.sources]
    return names.index(place.name), place.line, place.column, problem.path
