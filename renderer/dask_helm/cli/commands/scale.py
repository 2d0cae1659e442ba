"""`dask-helm scale`."""

from dataclasses import asdict

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document, pool_table
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm scale 5
  dask-helm scale my 5
  dask-helm scale 0 --pool gpu
  dask-helm scale my 2 --namespace team --timeout 10m
  dask-helm scale 20 --no-wait -o json
"""


@click.command("scale", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@releases.argument
@click.argument("number", type=click.IntRange(min=0), metavar="PODS")
@releases.pool
@click.option("--force", is_flag=True, help="Continue even if results are lost.")
@click.option(
    "--timeout",
    metavar="TIME",
    help="Time for running tasks to finish, and for new pods to start: 90s, 5m.",
)
@click.option("--wait/--no-wait", default=True, help="Wait until new pods run. On by default.")
@releases.reach
@options.output("text", "json", "yaml", short=True)
def command(
    number: int,
    pool: str | None,
    force: bool,
    timeout: str | None,
    wait: bool,
    reach: Reach,
    output: str,
) -> None:
    """Scale a pool without losing results.

    Workers are drained before their pods are removed. Pods that hold the least data are removed
    first. Ctrl-C before the pods are removed leaves the pool as it was.
    """
    from dask_helm.cluster.release.pools import choose

    with releases.connected(reach) as cluster:
        cluster.scale(number, pool, force=force, timeout=timeout)
        if wait:
            # Other pools than the one that was scaled are not awaited.
            cluster.wait_ready(timeout, worker_group=choose(cluster.pools, pool, cluster.name))
        pools = {name: asdict(one) for name, one in cluster.pools.items()}
    if output == "text":
        click.echo(pool_table(pools))
    else:
        document(pools, output)
