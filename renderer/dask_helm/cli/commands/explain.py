"""`dask-helm explain`."""

from pathlib import Path

import click

from dask_helm.cli import options, printing
from dask_helm.cli.completing import value_paths

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
@click.option("--recursive", is_flag=True, help="Show all keys below, not only the next ones.")
@options.output("text", "json", "yaml")
@options.chart
def command(path: str, recursive: bool, output: str, chart: Path | None) -> None:
    """Explain a value: its type, default, meaning, and which templates read it.

    PATH is written with dots (workers.default.replicas); any name or * stands for a pool. Without
    PATH it lists the values at the top.
    """
    from dask_helm.cli import explaining, lookup, tree

    node = lookup.find(tree.root(chart), path)
    facts = explaining.facts(node, chart, recursive)
    if output == "text":
        click.echo(explaining.laid_out(facts, node))
    else:
        printing.document(facts, output)
