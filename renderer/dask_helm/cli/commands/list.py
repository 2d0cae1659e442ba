"""`dask-helm list`."""

import asyncio

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document, table

EXAMPLES = """
\b
Examples:
  dask-helm list
  dask-helm list --all-namespaces
  dask-helm list --namespace team -o json
"""
_TITLES = ("release", "namespace", "chart", "scheduler", "pods ready")


@click.command("list", epilog=EXAMPLES)
@click.option("-n", "--namespace", metavar="NAME", help="Namespace. Defaults to the context's.")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="All namespaces.")
@releases.credentials
@options.output("text", "json", "yaml", short=True)
def command(
    namespace: str | None,
    everywhere: bool,
    context: str | None,
    kubeconfig: str | None,
    output: str,
) -> None:
    """List the releases of this chart and of the older `dask` chart."""
    from dask_helm.cluster.api.credentials import Access
    from dask_helm.cluster.observe import status

    found = asyncio.run(status.of_all(Access(kubeconfig, context), namespace, everywhere))
    if output != "text":
        document(found, output)
    elif found:
        lines = []
        for one in found:
            pools = [f"{n} {pool['ready']}/{pool['desired']}" for n, pool in one["pools"].items()]
            known = [one[key] for key in ("release", "namespace", "chart", "scheduler")]
            lines.append([*known, ", ".join(pools)])
        click.echo(table(_TITLES, lines))
    else:
        click.echo("No release found. Use -A to search all namespaces.", err=True)
