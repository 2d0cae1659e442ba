"""`dask-helm logs`."""

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from dask_helm.cli import options, printing, reaching
from dask_helm.cli.reaching import Reach

if TYPE_CHECKING:
    from dask_helm.cluster.logs import Asked

EXAMPLES = """
\b
Examples:
  dask-helm logs
  dask-helm logs -f --group highmem
  dask-helm logs --scheduler --tail 20
  dask-helm logs --scheduler --previous
  dask-helm logs --since 10m -o json
"""


@click.command("logs", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is printed from now on.")
@click.option("--scheduler", is_flag=True, help="Only the scheduler's, or with the others named.")
@click.option("--workers", is_flag=True, help="Only those of workers.")
@click.option("--jupyter", is_flag=True, help="Only Jupyter's.")
@reaching.group
@click.option("--previous", is_flag=True, help="Of the containers before, which may have crashed.")
@click.option("--tail", type=click.IntRange(min=0), metavar="LINES", help="Only the last lines.")
@click.option("--since", metavar="TIME", help="Only of the last time: 30s, 10m.")
@reaching.release
@options.output("text", "json", short=True)
def command(
    follow: bool,
    scheduler: bool,
    workers: bool,
    jupyter: bool,
    group: str | None,
    previous: bool,
    tail: int | None,
    since: str | None,
    reach: Reach,
    output: str,
) -> None:
    """Show what the pods have printed; of pods that do not run, why not.

    Without naming some it is that of scheduler and workers, with --group that of its workers. It
    works without a scheduler that answers.
    """
    from dask_helm.cluster.logs import Asked

    some = scheduler or workers or jupyter
    asked = Asked(
        scheduler=scheduler or not (some or group),
        workers=workers or bool(group) or not some,
        worker_group=group,
        jupyter=jupyter,
        previous=previous,
        tail_lines=tail,
        since_seconds=_seconds(since),
    )
    asyncio.run(_follow(reach, asked, output) if follow else _read(reach, asked, output))


async def _read(reach: Reach, asked: "Asked", output: str) -> None:
    async with reaching.outside(reach) as release:
        found = await release.reader.read(asked, await release.look())
    _all(found, output)


async def _follow(reach: Reach, asked: "Asked", output: str) -> None:
    async with (
        reaching.outside(reach) as release,
        aclosing(release.reader.follow(asked, release.look)) as lines,
    ):
        async for pod, line in lines:
            _line(pod, line, output)


def _seconds(since: str | None) -> float | None:
    from dask_helm.cluster.numbers import seconds

    return None if since is None else seconds(since, "since")


def _line(pod: str, line: str, output: str) -> None:
    click.echo(json.dumps({"pod": pod, "line": line}) if output == "json" else f"{pod}  {line}")


def _all(found: dict[str, str], output: str) -> None:
    if output == "json":
        printing.document({pod: str(text) for pod, text in found.items()}, output)
        return
    for pod, text in found.items():
        click.echo(click.style(f"==> {pod} <==", bold=True))
        click.echo(text.rstrip("\n"))
