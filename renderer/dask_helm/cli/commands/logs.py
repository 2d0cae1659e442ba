"""`dask-helm logs`."""

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document
from dask_helm.cli.releases import Reach

if TYPE_CHECKING:
    from dask_helm.cluster.observe.logs import LogOptions

EXAMPLES = """
\b
Examples:
  dask-helm logs
  dask-helm logs -f --pool highmem
  dask-helm logs --scheduler --tail 20
  dask-helm logs --scheduler --previous
  dask-helm logs --since 10m -o json
"""


@click.command("logs", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@click.option("-f", "--follow", is_flag=True, help="Print new lines until Ctrl-C.")
@click.option("--scheduler", is_flag=True, help="Only the scheduler. Can be combined.")
@click.option("--workers", is_flag=True, help="Only the workers. Can be combined.")
@click.option("--jupyter", is_flag=True, help="Only Jupyter. Can be combined.")
@releases.pool
@click.option("--previous", is_flag=True, help="Logs of the previous containers.")
@click.option("--tail", type=click.IntRange(min=0), metavar="LINES", help="Only the last lines.")
@click.option("--since", metavar="TIME", help="Only lines newer than this: 30s, 10m.")
@releases.argument
@releases.release
@options.output("text", "json", short=True)
def command(
    follow: bool,
    scheduler: bool,
    workers: bool,
    jupyter: bool,
    pool: str | None,
    previous: bool,
    tail: int | None,
    since: str | None,
    reach: Reach,
    output: str,
) -> None:
    """Show the logs of the pods, and why pods do not run.

    By default, the logs of scheduler and workers are shown; with --pool, those of its workers. The
    command works without a running scheduler.
    """
    from dask_helm.cluster.arguments import seconds
    from dask_helm.cluster.observe.logs import LogOptions

    some = scheduler or workers or jupyter
    chosen = LogOptions(
        scheduler=scheduler or not (some or pool),
        workers=workers or bool(pool) or not some,
        pool=pool,
        jupyter=jupyter,
        previous=previous,
        tail_lines=tail,
        since_seconds=None if since is None else seconds(since, "--since"),
    )
    asyncio.run(_show(reach, chosen, follow, output))


async def _show(reach: Reach, chosen: "LogOptions", follow: bool, output: str) -> None:
    from dask_helm.cluster.observe.logs import Reader

    async with releases.outside(reach) as release:
        reader = Reader(release.kubernetes, release.release.namespace)
        if follow:
            async with aclosing(reader.follow(chosen, release.look)) as lines:
                async for pod, line in lines:
                    data = json.dumps({"pod": pod, "line": line}) if output == "json" else ""
                    click.echo(data or f"{pod}  {line}")
            return
        found = await reader.read(chosen, await release.look())
    if output == "json":
        document({pod: str(text) for pod, text in found.items()}, output)
        return
    for pod, text in found.items():
        click.echo(click.style(f"==> {pod} <==", bold=True))
        click.echo(text.rstrip("\n"))
