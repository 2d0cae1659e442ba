"""`dask-helm scale`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options, printing, reaching
from dask_helm.cli.reaching import Reach

if TYPE_CHECKING:
    from dask_helm.cluster import HelmCluster

EXAMPLES = """
\b
Examples:
  dask-helm scale 5
  dask-helm scale 0 --group gpu
  dask-helm scale 2 --release my --namespace team --timeout 10m
  dask-helm scale 20 --no-wait -o json
"""


@click.command("scale", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@click.argument("number", type=click.IntRange(min=0), metavar="PODS")
@reaching.group
@click.option("--force", is_flag=True, help="Go on although results would be lost.")
@click.option("--timeout", metavar="TIME", help="How long running tasks are waited for: 90s, 5m.")
@click.option("--wait/--no-wait", default=True, help="Wait until new pods run; on by default.")
@reaching.reach
@options.output("text", "json", "yaml", short=True)
def command(
    number: int,
    group: str | None,
    force: bool,
    timeout: str | None,
    wait: bool,
    reach: Reach,
    output: str,
) -> None:
    """Scale a pool to a number of pods; no result is lost.

    Pods that go hand over what they hold first; the ones that hold least go. Ctrl-C before they are
    gone leaves everything as it was.
    """
    with reaching.connected(reach) as cluster:
        cluster.scale(number, group, force=force, timeout=timeout)
        if wait:
            cluster.wait_ready(worker_group=_pool(cluster, group))
        groups = {name: asdict(one) for name, one in cluster.worker_groups.items()}
    _show(groups, output)


def _pool(cluster: "HelmCluster", group: str | None) -> str:
    """Return the pool that `scale` takes; what keeps others from running does not matter here."""
    from dask_helm.cluster.pools import chosen_name

    return chosen_name(cluster.worker_groups, group, cluster.name)


def _show(groups: dict[str, dict[str, Any]], output: str) -> None:
    if output != "text":
        printing.document(groups, output)
        return
    from dask_helm.cli import table

    click.echo(table.groups(groups))
