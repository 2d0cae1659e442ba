"""`dask-helm validate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dask_helm.cli import options, printing
from dask_helm.cli.options import FILE, Given, Named

if TYPE_CHECKING:
    from dask_helm.cli.checking import Checked

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
@click.option("--each", is_flag=True, help="Check each file by itself, instead of all merged.")
@options.output("text", "json")
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
    """Check values against schema and rules of the chart, and show all that is wrong.

    FILES come before those of -f, and are merged like them. Exit code 2 when something is wrong.
    """
    from dask_helm.cli import checking
    from dask_helm.rendering import Renderer

    given = given._replace(values=(*files, *given.values))
    options.check_stdin(list(given.values))
    release = named.release()
    release.check()
    results = list(checking.check(Renderer(chart), given, release, each))
    if output == "json":
        printing.document(checking.as_data(results), output)
    else:
        _tell(results)
    context.exit(2 if any(one.problems for one in results) else 0)


def _tell(results: "list[Checked]") -> None:
    for one in results:
        if one.problems:
            _tell_problems(one)
        else:
            click.echo(f"{one.label}: {click.style('valid', fg='green')}")


def _tell_problems(one: "Checked") -> None:
    for problem in one.problems:
        click.echo(f"{click.style('Error:', fg='red')} {str(problem).rstrip()}", err=True)
    count = len(one.problems)
    click.echo(f"{one.label}: {count} problem{'s' if count > 1 else ''}", err=True)
