"""`dask-helm explain`."""

from pathlib import Path

import click

from dask_helm.cli import options
from dask_helm.cli.completion import value_paths
from dask_helm.cli.output import document

EXAMPLES = """
\b
Examples:
  dask-helm explain
  dask-helm explain workers.default.replicas
  dask-helm explain 'workers.*.resources.limits'
  dask-helm explain scheduler.affinity.nodeAffinity --recursive
  dask-helm explain jupyter.persistence --output yaml
"""


@click.command("explain", epilog=EXAMPLES)
@click.argument("path", default="", shell_complete=value_paths)
@click.option("--recursive", is_flag=True, help="Show the keys of all levels.")
@options.output("text", "json", "yaml")
@options.chart
def command(path: str, recursive: bool, output: str, chart: Path | None) -> None:
    """Describe a value: its type, its default and its meaning.

    Write PATH with dots (workers.default.replicas); use any name or * for a pool. Without PATH, the
    top-level values are listed.
    """
    from dask_helm.cli import explanation, nodes

    node = nodes.find(nodes.root(chart), path)
    facts = explanation.facts(node, chart, recursive)
    if output == "text":
        click.echo(explanation.text(facts, node))
    else:
        document(facts, output)
