"""`dask-helm status`."""

import asyncio
from typing import Any

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document, pool_table
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm status
  dask-helm status my --namespace team
  dask-helm status -o json
"""


@click.command("status", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@releases.argument
@releases.reach
@options.output("text", "json", "yaml", short=True)
@click.pass_context
def command(context: click.Context, /, reach: Reach, output: str) -> None:
    """Show the scheduler and the pools of a release, and pods that do not run.

    If the scheduler cannot be reached, the command shows what Kubernetes reports and exits with 1.
    """
    from dask_helm.cluster.observe import status
    from dask_helm.errors import LostError, TlsError, UnreachableError

    try:
        found = {**_seen_from_dask(reach), "error": ""}
    except (UnreachableError, TlsError, LostError) as error:
        seen = asyncio.run(status.of_one(*reach.sought))
        nowhere = {"address": None, "dashboard": None}
        found = {**seen, **nowhere, "error": error.in_shell()}
    if output == "text":
        click.echo(_text(found))
    else:
        document(found, output)
    context.exit(1 if found["error"] else 0)


def _seen_from_dask(reach: Reach) -> dict[str, Any]:
    from dask_helm.cluster.observe.status import hook_faults, summary

    with releases.connected(reach) as cluster:
        view = cluster.sync(cluster._look)
        found = summary(view)
        found["troubles"] += cluster.sync(hook_faults, cluster.scheduler_comm, view)
        address, dashboard = cluster.scheduler_address, cluster.dashboard_link
    if "127.0.0.1" in address:  # a port-forward, which ends with this command
        return {**found, "address": None, "dashboard": None}
    return {**found, "address": address, "dashboard": dashboard or None}


def _text(found: dict[str, Any]) -> str:
    reached = f" at {found['address']}" if found["address"] else ""
    lines = [
        f"Release    {found['release']} in namespace {found['namespace']} ({found['chart']})",
        f"Scheduler  {found['scheduler']}{reached}",
        *([f"Dashboard  {found['dashboard']}"] if found["dashboard"] else []),
        "",
        pool_table(found["pools"]),
    ]
    troubles = ["", "Pods in trouble:", *(f"  {one}" for one in found["troubles"])]
    error = ["", found["error"]] if found["error"] else []
    return "\n".join(lines + (troubles if found["troubles"] else []) + error)
