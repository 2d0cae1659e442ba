"""`dask-helm versions`."""

from typing import Any

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document, table
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm versions
  dask-helm versions --package xarray --package zarr
  dask-helm versions -o json
\b
Exit codes: 0 no difference, 1 versions differ, or an error.
"""


@click.command("versions", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@click.option(
    "--package", "packages", multiple=True, metavar="NAME", help="An additional package to compare."
)
@releases.argument
@releases.reach
@options.output("text", "json", "yaml", short=True)
@click.pass_context
def command(
    context: click.Context, /, packages: tuple[str, ...], reach: Reach, output: str
) -> None:
    """Compare the packages of this machine, the scheduler and the workers."""
    from dask_helm.cluster.observe import versions

    with releases.connected(reach) as cluster:
        found = cluster.get_versions(packages=packages)
    if output == "text":
        click.echo(_table(found))
    else:
        document(found, output)
    message = versions.message(versions.differences(found))
    click.echo(message, err=True, nl=bool(message))
    context.exit(1 if message else 0)


def _table(found: dict[str, Any]) -> str:
    each = [found["client"], found["scheduler"], *found["workers"].values()]
    names = sorted({name for one in each for name in one["packages"]})
    rows = []
    for name in names:
        here, there = (found[side]["packages"].get(name) for side in ("client", "scheduler"))
        workers = {_shown(one["packages"].get(name)) for one in found["workers"].values()}
        rows.append([name, _shown(here), _shown(there), ", ".join(sorted(workers))])
    return table(("package", "here", "scheduler", "workers"), rows)


def _shown(version: object) -> str:
    if isinstance(version, str) and version.count(".") > 2:  # 3.11.2.final.0
        return ".".join(version.split(".")[:3])
    return str(version or "-")
