"""`dask-helm schema`."""

from pathlib import Path

import click

from dask_helm.cli import options, printing
from dask_helm.cli.completing import value_paths

EXAMPLES = """
\b
Examples:
  dask-helm schema > values.schema.json
  dask-helm schema workers.default.resources
  dask-helm schema scheduler.dashboard --output yaml
"""


@click.command("schema", epilog=EXAMPLES)
@click.argument("path", default="", shell_complete=value_paths)
@options.output("json", "yaml")
@options.chart
def command(path: str, output: str, chart: Path | None) -> None:
    """Print the JSON schema (draft-07) of all values, or of the value PATH.

    It stands alone: what it refers to is inside.
    """
    from dask_helm.cli import bundle, lookup, tree

    printing.document(bundle.of(lookup.find(tree.root(chart), path)), output)
