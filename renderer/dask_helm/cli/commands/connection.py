"""`dask-helm connection`."""

import asyncio

import click

from dask_helm.cli import releases
from dask_helm.cli.output import Progress, formatted, warn
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm connection my > my.yaml
  dask-helm connection my --address tcp://dask.example.com:8786 > my.yaml
"""
_INTRODUCTION = """\
# The Dask cluster {}. Set DASK_CONFIG to the path of this file, then `distributed.Client()`
# connects to the cluster, without access to Kubernetes. A file in ~/.config/dask is always used.
"""


@click.command("connection", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@releases.argument
@releases.reach
def command(reach: Reach) -> None:
    """Print a Dask configuration for people without access to Kubernetes.

    With it, `Client()` connects to the scheduler by its LoadBalancer, its NodePort or --address,
    which this command tries first. It contains the certificates if connections are encrypted.
    """
    asyncio.run(_print(reach))


async def _print(reach: Reach) -> None:
    import dask

    from dask_helm.cluster.connect import connection, sharing
    from dask_helm.cluster.connect.routes import AUTO, RouteOptions

    route = RouteOptions(reach.via or AUTO, reach.address, for_others=True)
    # Not with a template of this machine's, which may lead through a proxy of its own.
    direct = {"distributed.dashboard.link": "{scheme}://{host}:{port}/status"}
    with Progress(), dask.config.set(direct):
        opened = await connection.connect(connection.Settings(*reach.sought, route))
    try:
        configuration = sharing.configuration(opened)
    finally:
        await opened.close()
    click.echo(_INTRODUCTION.format(opened.release) + formatted(configuration, "yaml"))
    if opened.security is not None:
        warn("The output contains a private key. Give it only to people who may use the cluster.")
