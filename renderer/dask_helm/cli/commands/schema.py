"""`dask-helm schema`."""

from pathlib import Path

import click

from dask_helm.cli import options
from dask_helm.cli.completion import value_paths
from dask_helm.cli.output import document

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

    The schema contains all definitions that it references.
    """
    from dask_helm.cli import nodes

    document(nodes.find(nodes.root(chart), path).document(), output)
