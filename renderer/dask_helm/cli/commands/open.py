"""`dask-helm open`."""

import asyncio
import threading
from urllib.parse import urlsplit

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import document
from dask_helm.cli.releases import Reach

EXAMPLES = """
\b
Examples:
  dask-helm open
  dask-helm open jupyter
  dask-helm open dashboard --no-browser -o json
"""
_UNTIL = "Press Ctrl-C to close the port-forward."


@click.command("open", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@click.argument("what", type=click.Choice(["dashboard", "jupyter"]), default="dashboard")
@click.option("--browser/--no-browser", default=True, help="Open a browser, or only print the URL.")
@releases.reach
@options.output("text", "json", "yaml", short=True)
def command(what: str, browser: bool, reach: Reach, output: str) -> None:
    """Open the dashboard or Jupyter in a browser.

    If this needs a port-forward, it stays open until Ctrl-C.
    """
    if what == "dashboard":
        from dask_helm.errors import MissingError

        with releases.connected(reach) as cluster:
            if not (url := cluster.dashboard_link):
                raise MissingError(f"The dashboard of {cluster.name} cannot be reached")
            _show(url, browser, output)
            if urlsplit(url).hostname == "127.0.0.1":
                click.echo(_UNTIL, err=True)
                while True:
                    threading.Event().wait(1)
    else:
        asyncio.run(_jupyter(reach, browser, output))


async def _jupyter(reach: Reach, browser: bool, output: str) -> None:
    async with releases.outside(reach) as release:
        _show(await release.jupyter_link(), browser, output)
        if release.jupyter:
            click.echo(_UNTIL, err=True)
            await asyncio.Event().wait()


def _show(url: str, browser: bool, output: str) -> None:
    if output == "text":
        click.echo(url)
    else:
        document({"url": url}, output)
    if browser:
        click.launch(url)
