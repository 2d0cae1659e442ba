"""`dask-helm list`."""

import asyncio
from typing import Any

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import age, formatted, names, table
from dask_helm.cli.watching import watch

EXAMPLES = """
\b
Examples:
  dask-helm list
  dask-helm list --all-namespaces
  dask-helm list --namespace team -o json
  dask-helm list --watch
  dask-helm list -A -o wide
  dask-helm list -o name
"""
_TITLES = ("release", "namespace", "chart", "scheduler", "pods ready")
_WIDE_TITLES = ("image", "scheduler pod", "age", "node")


@click.command("list", epilog=EXAMPLES)
@click.option("-n", "--namespace", metavar="NAME", help="Namespace. Defaults to the context's.")
@releases.everywhere
@releases.credentials
@releases.watch
@options.output(*options.STATUS_FORMATS, text=options.STATUS_HELP, short=True)
def command(
    namespace: str | None,
    everywhere: bool,
    context: str | None,
    kubeconfig: str | None,
    is_watched: bool,
    output: str,
) -> None:
    """List the releases of this chart and of the older `dask` chart."""
    from dask_helm.cluster.api.credentials import Access
    from dask_helm.cluster.observe import status

    def look() -> list[status.Summary]:
        return asyncio.run(status.of_all(Access(kubeconfig, context), namespace, everywhere))

    def render(found: list[status.Summary]) -> str:
        if output in ("json", "yaml"):
            return formatted(found, output)
        if not found:
            return "No release found. Use -A to search all namespaces."
        return names(found, everywhere) if output == "name" else _table(found, output == "wide")

    if is_watched:
        watch(look, render, output)
    found = look()
    click.echo(render(found), err=not found and output not in ("json", "yaml"))


def _table(found: list[dict[str, Any]], is_wide: bool) -> str:
    lines = []
    for one in found:
        pools = [f"{n} {pool['ready']}/{pool['desired']}" for n, pool in one["pools"].items()]
        known = [one[key] for key in ("release", "namespace", "chart", "scheduler")]
        wide = [one["image"] or "-", one["pod"] or "-", age(one["created"]), one["node"] or "-"]
        lines.append([*known, ", ".join(pools), *(wide if is_wide else [])])
    return table([*_TITLES, *(_WIDE_TITLES if is_wide else [])], lines)
