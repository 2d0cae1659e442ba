"""`dask-helm list`."""

import asyncio

import click

from dask_helm.cli import options, printing, reaching

EXAMPLES = """
\b
Examples:
  dask-helm list
  dask-helm list --all-namespaces
  dask-helm list --namespace team -o json
"""
_TITLES = ("release", "namespace", "chart", "scheduler", "pods ready")


@click.command("list", epilog=EXAMPLES)
@click.option("-n", "--namespace", metavar="NAME", help="Namespace; that of the context.")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="All namespaces.")
@reaching.credentials
@options.output("text", "json", "yaml", short=True)
def command(
    namespace: str | None,
    everywhere: bool,
    context: str | None,
    kubeconfig: str | None,
    output: str,
) -> None:
    """List the releases of this chart, and of the older `dask` chart."""
    from dask_helm.cli import table
    from dask_helm.cluster import overview
    from dask_helm.cluster.access import Access

    found = asyncio.run(overview.of_all(Access(kubeconfig, context), namespace, everywhere))
    if output != "text":
        printing.document(found, output)
    elif found:
        click.echo(table.rows(_TITLES, map(_row, found)))
    else:
        click.echo("No release there. -A looks in all namespaces.", err=True)


def _row(one: "dict[str, dict[str, dict[str, int]]]") -> list[object]:
    pools = [f"{name} {group['ready']}/{group['desired']}" for name, group in one["groups"].items()]
    return [one["release"], one["namespace"], one["chart"], one["scheduler"], ", ".join(pools)]
