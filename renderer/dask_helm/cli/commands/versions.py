"""`dask-helm versions`."""

from typing import Any

import click

from dask_helm.cli import options, printing, reaching
from dask_helm.cli.reaching import Reach

EXAMPLES = """
\b
Examples:
  dask-helm versions
  dask-helm versions --package xarray --package zarr
  dask-helm versions -o json
\b
Exit codes: 0 all is alike, 1 versions differ or something failed.
"""


@click.command("versions", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@click.option("--package", "packages", multiple=True, metavar="NAME", help="One more package.")
@reaching.reach
@options.output("text", "json", "yaml", short=True)
@click.pass_context
def command(
    context: click.Context, /, packages: tuple[str, ...], reach: Reach, output: str
) -> None:
    """Compare the packages of this machine, scheduler and workers, and say what mends it."""
    from dask_helm.cluster import versions

    with reaching.connected(reach) as cluster:
        found = cluster.get_versions(packages=packages)
    if output == "text":
        click.echo(_table(found))
    else:
        printing.document(found, output)
    said = versions.message(versions.differences(found))
    click.echo(said, err=True, nl=bool(said))
    context.exit(1 if said else 0)


def _table(found: dict[str, Any]) -> str:
    from dask_helm.cli import table

    each = [found["client"], found["scheduler"], *found["workers"].values()]
    names = sorted({name for one in each for name in one["packages"]})
    return table.rows(("package", "here", "scheduler", "workers"), (_row(n, found) for n in names))


def _row(name: str, found: dict[str, Any]) -> list[str]:
    here, there = (found[who]["packages"].get(name) for who in ("client", "scheduler"))
    workers = {one["packages"].get(name) for one in found["workers"].values()}
    return [name, *map(_shown, (here, there)), ", ".join(sorted(map(_shown, workers)))]


def _shown(version: object) -> str:
    if isinstance(version, str) and version.count(".") > 2:  # 3.11.2.final.0
        return ".".join(version.split(".")[:3])
    return str(version or "-")
