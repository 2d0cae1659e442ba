"""Checking values: what was checked, and all that is wrong with it."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from dask_helm.cli.options import Given
from dask_helm.errors import InputError, PlacedError, Problem, TemplateError, ValuesError
from dask_helm.rendering import Release, Renderer


class Checked(NamedTuple):
    """Files that were checked together, and the problems found; none when all is well."""

    label: str
    problems: list[Problem]


def check(renderer: Renderer, given: Given, release: Release, each: bool) -> Iterator[Checked]:
    """Check the files merged, or `each` for itself, together with the expressions of --set."""
    groups = [(file,) for file in given.values] if each else [given.values]
    for files in groups:
        label = ", ".join(_named(file) for file in files) or "the chart's defaults"
        yield Checked(label, _problems(renderer, given._replace(values=files), release))


def _named(file: str) -> str:
    return "stdin" if file == "-" else file


def _problems(renderer: Renderer, given: Given, release: Release) -> list[Problem]:
    try:
        renderer.check(given.collect(), release)
    except InputError as error:
        return list(problems(error))
    return []


def problems(error: InputError) -> Iterable[Problem]:
    """Return what an error tells as problems, whatever its class."""
    if isinstance(error, ValuesError):
        return error.problems
    if isinstance(error, PlacedError | TemplateError):
        return [Problem(error.message, place=error.place)]
    return [Problem(str(error))]


def as_data(checked: Iterable[Checked]) -> dict[str, Any]:
    """Return the results for programs; a problem without a place has no file, line and column."""
    results = list(checked)
    found = [_problem(one.label, problem) for one in results for problem in one.problems]
    return {
        "valid": not found,
        "checked": [one.label for one in results],
        "problems": found,
    }


def _problem(label: str, problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "values": label,
        "path": problem.path,
        "file": place and place.name,
        "line": place.line if place and place.line else None,
        "column": place.column if place and place.line else None,
        "message": problem.message,
        "suggestion": problem.suggestion,
        "write": problem.write,
        "example": problem.example,
    }
