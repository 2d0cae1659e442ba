"""`dask-helm open`."""

import asyncio
import webbrowser
from typing import TYPE_CHECKING

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import Progress, document
from dask_helm.cli.releases import Reach

if TYPE_CHECKING:
    from dask_helm.cluster.api.forward import Forward

EXAMPLES = """
\b
Examples:
  dask-helm open
  dask-helm open jupyter
  dask-helm open dashboard --no-browser -o json
"""
_PORTS = {"dashboard": 8787, "jupyter": 8888}


@click.command("open", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@click.argument("what", type=click.Choice(["dashboard", "jupyter"]), default="dashboard")
@click.option("--browser/--no-browser", default=True, help="Open a browser, or only print the URL.")
@releases.reach
@options.output("text", "json", "yaml", short=True)
def command(what: str, browser: bool, reach: Reach, output: str) -> None:
    """Open the dashboard or Jupyter in a browser.

    If this needs a port-forward, it stays open until Ctrl-C; it uses the local port 8787 or 8888,
    or the next free one. The browser is logged in to Jupyter if you may read its token, which is
    printed only with --no-browser, as part of the URL.
    """
    opening = _jupyter if what == "jupyter" else _dashboard
    asyncio.run(opening(reach, browser, output))


async def _dashboard(reach: Reach, browser: bool, output: str) -> None:
    from dask_helm.cluster.connect import connection
    from dask_helm.cluster.connect.routes import AUTO, RouteOptions
    from dask_helm.errors import MissingError

    route = RouteOptions(reach.via or AUTO, reach.address, pages_port=_PORTS["dashboard"])
    with Progress():
        opened = await connection.connect(connection.Settings(*reach.sought, route))
    try:
        if not opened.dashboard:
            raise MissingError(f"The dashboard of {opened.release} cannot be reached")
        _show(opened.dashboard, output)
        await _opened(opened.dashboard, browser, _PORTS["dashboard"], opened.route.pages)
    finally:
        await opened.close()


async def _jupyter(reach: Reach, browser: bool, output: str) -> None:
    async with releases.outside(reach) as release:
        found = await release.find_jupyter()
        url = await release.jupyter_link(found, _PORTS["jupyter"])
        login = await found.login()
        inside = login.added_to(url)
        _show(url if browser else inside, output)
        if not login.token:
            text = "The token cannot be read. Log in with the password, or print the token:"
            click.echo(f"{text}\n  {login.command}", err=True)
        await _opened(inside, browser, _PORTS["jupyter"], release.jupyter)


def _show(url: str, output: str) -> None:
    if output == "text":
        click.echo(url)
    else:
        document({"url": url}, output)


async def _opened(url: str, browser: bool, port: int, forward: "Forward | None") -> None:
    """Open a browser, and keep a port-forward open until Ctrl-C."""
    if forward and forward.port != port:
        click.echo(f"Local port {port} is in use. The port-forward uses {forward.port}.", err=True)
    if browser:
        try:
            webbrowser.get()
        except webbrowser.Error:
            text = "There is no browser here. Use --no-browser to print the whole URL."
            click.echo(text, err=True)
        else:
            # In a thread, because a browser in the terminal needs the port-forward meanwhile.
            await asyncio.to_thread(click.launch, url)
    if forward:
        click.echo("Press Ctrl-C to close the port-forward.", err=True)
        await _report_failures(forward)


async def _report_failures(forward: "Forward") -> None:
    reported = ""
    while True:
        await asyncio.sleep(1)
        failure = str(forward.failure or "")
        if failure != reported:
            click.echo(f"The port-forward was interrupted: {failure}", err=True)
        reported = failure
