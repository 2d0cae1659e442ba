"""`dask-helm open`."""

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
    with reaching.connected(reach) as cluster:
        url = cluster.dashboard_link if what == "dashboard" else cluster.jupyter_link
        if not url:
            from dask_helm.errors import MissingError

            raise MissingError(f"the scheduler of {cluster.name} has no web pages to be reached")
        _say(url, output)
        if browser:
            click.launch(url)
        _stay(url)


def _say(url: str, output: str) -> None:
    if output == "json":
        printing.document({"url": url}, output)
    else:
        click.echo(url)


def _stay(url: str) -> None:
    """Keep a port-forward open."""
    if urlsplit(url).hostname != "127.0.0.1":
        return
    click.echo("Ctrl-C ends the port-forward", err=True)
    while True:
        threading.Event().wait(1)
