"""`dask-helm open`."""

import asyncio
import threading
from urllib.parse import urlsplit

import click

from dask_helm.cli import options, printing, reaching
from dask_helm.cli.reaching import Reach

EXAMPLES = """
\b
Examples:
  dask-helm open
  dask-helm open jupyter
  dask-helm open dashboard --no-browser -o json
"""


@click.command("open", cls=reaching.ReleaseCommand, epilog=EXAMPLES)
@click.argument("what", type=click.Choice(["dashboard", "jupyter"]), default="dashboard")
@click.option(
    "--browser/--no-browser", default=True, help="Open it in a browser, or only say where."
)
@reaching.reach
@options.output("text", "json", short=True)
def command(what: str, browser: bool, reach: Reach, output: str) -> None:
    """Open the dashboard, or Jupyter, in a browser.

    Where that takes a port-forward, it stays until Ctrl-C.
    """
    if what == "dashboard":
        _dashboard(reach, browser, output)
    else:
        asyncio.run(_jupyter(reach, browser, output))


def _dashboard(reach: Reach, browser: bool, output: str) -> None:
    from dask_helm.errors import MissingError

    with reaching.connected(reach) as cluster:
        if not (url := cluster.dashboard_link):
            raise MissingError(f"the scheduler of {cluster.name} has no web pages to be reached")
        _show(url, browser, output)
        _stay(url)


async def _jupyter(reach: Reach, browser: bool, output: str) -> None:
    from dask_helm.cluster import pages

    async with reaching.outside(reach) as release:
        _show(await pages.jupyter(release), browser, output)
        if release.jupyter:
            click.echo(_UNTIL, err=True)
            await asyncio.Event().wait()


def _show(url: str, browser: bool, output: str) -> None:
    _say(url, output)
    if browser:
        click.launch(url)


def _say(url: str, output: str) -> None:
    if output == "json":
        printing.document({"url": url}, output)
    else:
        click.echo(url)


def _stay(url: str) -> None:
    """Keep a port-forward open."""
    if urlsplit(url).hostname != "127.0.0.1":
        return
    click.echo(_UNTIL, err=True)
    while True:
        threading.Event().wait(1)


_UNTIL = "Ctrl-C ends the port-forward"
