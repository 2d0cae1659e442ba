"""The order in which problems are reported; a fix for several problems is reported once."""

from collections.abc import Iterable
from dataclasses import replace

from dask_helm.engine.values.collect import Values
from dask_helm.errors import Problem

_ABOVE = "the fix above corrects this too"


def in_order(found: Iterable[Problem], values: Values) -> list[Problem]:
    """Return problems in the order of the user's sources, those without a place last.

    A fix for several problems, such as a complete list, is reported with the first of them.
    """
    names = [source.name for source in values.sources]

    def position(problem: Problem) -> tuple[int, int, int, str]:
        place = problem.place
        if place is None:
            return len(names), 0, 0, problem.path
        return names.index(place.name), place.line, place.column, problem.path

    fixes: set[str] = set()
    ordered = []
    for problem in sorted(found, key=position):
        if problem.write in fixes:
            message = f"{problem.message.rstrip('.')}; {_ABOVE}"
            ordered.append(replace(problem, message=message, write=None))
        else:
            ordered.append(problem)
            fixes |= {problem.write} if problem.write else set()
    return ordered
