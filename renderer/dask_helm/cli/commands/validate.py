"""`dask-helm validate`."""

from pathlib import Path
from typing import Any, NamedTuple

import click

from dask_helm.cli import options
from dask_helm.cli.options import FILE, Given, Named
from dask_helm.cli.output import document, warn
from dask_helm.errors import InputError, PlacedError, Problem, TemplateError, ValuesError


class Result(NamedTuple):
    """A label for the files that were validated together, their problems, and what they hide."""

    label: str
    problems: list[Problem]
    warnings: list[Problem]


EXAMPLES = """
\b
Examples:
  dask-helm validate values.yaml
  dask-helm validate values.yaml production.yaml --set workers.default.replicas=5
  dask-helm validate --each values.yaml production.yaml
  dask-helm validate -f values.yaml --output json
  dask-helm validate - < values.yaml
"""


@click.command("validate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, type=FILE)
@options.values
@click.option("--each", is_flag=True, help="Validate each file separately instead of merging them.")
@options.output("text", "json", "yaml")
@options.release
@options.chart
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    given: Given,
    each: bool,
    output: str,
    named: Named,
    chart: Path | None,
) -> None:
    """Validate values against the schema and the rules of the chart.

    All errors are reported together. Duplicate keys and further documents are warnings. FILES are
    merged before the files of -f. The exit code is 2 if the values are invalid.
    """
    from dask_helm.fleet.document import overridden
    from dask_helm.renderer import Renderer

    given = given._replace(values=(*files, *given.values))
    options.check_stdin(list(given.values))
    release = named.release()
    release.check()
    renderer = Renderer(chart)
    results: list[Result] = []
    for group in [(file,) for file in given.values] if each else [given.values]:
        label = ", ".join("stdin" if file == "-" else file for file in group)
        found: list[Problem] = []
        try:
            renderer.render(given._replace(values=group).collect(), release)
        except ValuesError as error:
            found = error.problems
        except (PlacedError, TemplateError) as error:
            found = [Problem(error.message, place=error.place)]
        except InputError as error:
            found = [Problem(str(error))]
        warnings = [one for file in group if file != "-" for one in overridden(Path(file))]
        results.append(Result(label or "the chart's defaults", found, warnings))
    if output != "text":
        document(_as_data(results), output)
    else:
        _show(results)
    context.exit(2 if any(one.problems for one in results) else 0)


def _show(results: list[Result]) -> None:
    for label, found, warnings in results:
        for problem in warnings:
            warn(f"Warning: {problem}")
        for problem in found:
            click.echo(f"{click.style('Error:', fg='red')} {str(problem).rstrip()}", err=True)
        if found:
            click.echo(f"{label}: {len(found)} problem{'s' * (len(found) > 1)}", err=True)
        else:
            click.echo(f"{label}: {click.style('valid', fg='green')}")


def _as_data(results: list[Result]) -> dict[str, Any]:
    """Return the results as JSON data; a problem without a place has no file, line and column."""

    def data(label: str, problem: Problem) -> dict[str, Any]:
        place = problem.place
        line = place.line if place and place.line else None
        return {
            "values": label,
            "path": problem.path,
            "file": place and place.name,
            "line": line,
            "column": place.column if place and line else None,
            "message": problem.message,
            "suggestion": problem.suggestion,
            "write": problem.write,
            "example": problem.example,
        }

    problems = [data(one.label, problem) for one in results for problem in one.problems]
    warnings = [data(one.label, problem) for one in results for problem in one.warnings]
    checked = [one.label for one in results]
    return {"valid": not problems, "checked": checked, "problems": problems, "warnings": warnings}
