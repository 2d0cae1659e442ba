"""`dask-helm status`."""

import asyncio
from typing import Any

import click

from dask_helm.cli import options, printing, reaching
from dask_helm.cli.reaching import Reach
from dask_helm.cli.wording import in_the_shell

EXAMPLES = """
\b
Examples:
  dask-helm status
  dask-helm status --release my --namespace team
  dask-helm status -o json
"""


@click.command("status", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@reaching.reach
@options.output("text", "json", "yaml", short=True)
@click.pass_context
def command(context: click.Context, /, reach: Reach, output: str) -> None:
    """Show a release: its scheduler, its pools, and pods that do not run.

    It ends with 1 when the scheduler cannot be reached; what Kubernetes knows is shown then, too.
    """
    found = _found(reach)
    if output == "text":
        click.echo(_text(found))
    else:
        printing.document(found, output)
    context.exit(1 if found["error"] else 0)


def _found(reach: Reach) -> dict[str, Any]:
    from dask_helm.errors import LostError, TlsError, UnreachableError

    try:
        return {**_asked(reach), "error": ""}
    except (UnreachableError, TlsError, LostError) as error:
        return {
            **_outside(reach),
            "address": "",
            "dashboard": "",
            "error": in_the_shell(str(error)),
        }


def _asked(reach: Reach) -> dict[str, Any]:
    from dask_helm.cluster.overview import summary

    with reaching.connected(reach) as cluster:
        found = summary(cluster.sync(cluster._look))
        address, dashboard = cluster.scheduler_address, cluster.dashboard_link
    direct = "" if "127.0.0.1" in address else dashboard
    return {**found, "address": "" if "127.0.0.1" in address else address, "dashboard": direct}


def _outside(reach: Reach) -> dict[str, Any]:
    from dask_helm.cluster import overview

    return asyncio.run(overview.of_one(*reach.sought))


def _text(found: dict[str, Any]) -> str:
    from dask_helm.cli import table

    reached = f" at {found['address']}" if found["address"] else ""
    lines = [
        f"Release    {found['release']} in namespace {found['namespace']} ({found['chart']})",
        f"Scheduler  {found['scheduler']}{reached}",
        *([f"Dashboard  {found['dashboard']}"] if found["dashboard"] else []),
        "",
        table.groups(found["groups"]),
    ]
    troubles = ["", "Pods that do not run:", *(f"  {one}" for one in found["troubles"])]
    error = ["", found["error"]] if found["error"] else []
    return "\n".join(lines + (troubles if found["troubles"] else []) + error)
