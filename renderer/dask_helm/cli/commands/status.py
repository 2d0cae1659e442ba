"""`dask-helm status`."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options, releases
from dask_helm.cli.output import age, formatted, names, pool_table
from dask_helm.cli.releases import Reach
from dask_helm.cli.watching import watch

if TYPE_CHECKING:
    from dask_helm.cluster import HelmCluster

EXAMPLES = """
\b
Examples:
  dask-helm status
  dask-helm status my --namespace team
  dask-helm status -o json
  dask-helm status --watch
  dask-helm status --all-namespaces
"""
Look = Callable[[], list[dict[str, Any]]]
_WIDE = ("image", "pod", "node")
_UNASKED = dict.fromkeys(("address", "clients", "users", "dashboard", "jupyter_link"))


@click.command("status", cls=releases.ReleaseCommand, epilog=EXAMPLES)
@releases.argument
@releases.reach
@releases.everywhere
@releases.watch
@options.output(*options.STATUS_FORMATS, text=options.STATUS_HELP, short=True)
@click.pass_context
def command(
    context: click.Context, /, reach: Reach, everywhere: bool, is_watched: bool, output: str
) -> None:
    """Show scheduler, clients, links and pools of a release, and pods that do not run.

    If the scheduler cannot be reached, the command shows what Kubernetes reports and exits with 1.
    With -A it shows what Kubernetes reports of all releases, or of all with this name.
    """

    def render(found: list[dict[str, Any]]) -> str:
        if output in ("json", "yaml"):
            return formatted(found if everywhere else found[0], output)
        if not found:
            return "No release found."
        if output == "name":
            return names(found, everywhere)
        return "\n\n".join(_text(one, output == "wide") for one in found)

    if everywhere:
        looking = _everywhere(reach)
    else:
        looking = _named(reach) if output == "name" else _one(reach, is_watched)
    with looking as look:
        if is_watched:
            watch(look, render, output)
        found = look()
    click.echo(render(found), err=not found and output not in ("json", "yaml"))
    context.exit(1 if any(one["error"] for one in found) else 0)


@contextmanager
def _named(reach: Reach) -> Iterator[Look]:
    """Yield a function that returns what Kubernetes reports; it asks no scheduler."""
    from dask_helm.cluster.observe import status

    yield lambda: [{**_UNASKED, **asyncio.run(status.of_one(*reach.sought)), "error": ""}]


@contextmanager
def _everywhere(reach: Reach) -> Iterator[Look]:
    """Yield a function that returns the statuses of all namespaces; it asks no scheduler."""
    from dask_helm.cluster.observe import status
    from dask_helm.errors import NoReleaseError

    access, query = reach.sought

    def look() -> list[dict[str, Any]]:
        found = asyncio.run(status.of_all(access, None, everywhere=True))
        chosen = [one for one in found if query.name in (None, one["release"])]
        if query.name and not chosen:
            text = f"There is no release {query.name!r} of a Dask chart in any namespace"
            raise NoReleaseError(text)
        return [{**_UNASKED, **one, "error": ""} for one in chosen]

    yield look


@contextmanager
def _one(reach: Reach, is_quiet: bool) -> Iterator[Look]:
    """Yield a function that returns the status; it connects once to the scheduler."""
    from dask_helm.cluster import HelmCluster
    from dask_helm.cluster.observe import status
    from dask_helm.errors import LostError, TlsError, UnreachableError

    clusters: list[HelmCluster] = []
    with ExitStack() as stack:

        def look() -> list[dict[str, Any]]:
            try:
                if not clusters:
                    opening = (
                        HelmCluster(**reach.arguments, quiet=True)
                        if is_quiet
                        else releases.connected(reach)
                    )
                    clusters.append(stack.enter_context(opening))
                return [{**_seen_from_dask(clusters[0]), "error": ""}]
            except (UnreachableError, TlsError, LostError) as error:
                seen = asyncio.run(status.of_one(*reach.sought))
                return [{**_UNASKED, **seen, "error": error.in_shell()}]

        yield look


def _seen_from_dask(cluster: "HelmCluster") -> dict[str, Any]:
    from dask_helm.cluster.observe.status import hook_faults, links, summary
    from dask_helm.cluster.scaling import users

    view = cluster.sync(cluster._look)
    found = summary(view)
    found["troubles"] += cluster.sync(hook_faults, cluster.scheduler_comm, view)
    connected = cluster.sync(users.clients, cluster.scheduler_comm)
    found["clients"], found["users"] = connected.total(), users.named(connected)
    opened = cluster._opened_connection
    found |= cluster.sync(links, opened.kubernetes, opened.release)
    # A port-forward ends with this command.
    address, dashboard = (
        None if "127.0.0.1" in link else link
        for link in (cluster.scheduler_address, cluster.dashboard_link)
    )
    return {**found, "address": address, "dashboard": dashboard or found["dashboard"]}


def _text(found: dict[str, Any], is_wide: bool) -> str:
    from dask_helm.cluster.scaling import users

    reached = f" at {found['address']}" if found["address"] else ""
    aged = f", age {age(found['created'])}" if found["created"] else ""
    linked = f" at {found['jupyter_link']}" if found["jupyter_link"] else ""
    clients = "-" if found["clients"] is None else str(found["clients"])
    named = users.line(found["users"] or {})
    facts = {
        "Release": f"{found['release']} in namespace {found['namespace']} ({found['chart']})",
        "Scheduler": f"{found['scheduler']}{reached}{aged}",
        **({key.capitalize(): found[key] or "-" for key in _WIDE} if is_wide else {}),
        "Clients": f"{clients} ({named})" if named else clients,
        "Dashboard": found["dashboard"] or "-",
        "Jupyter": f"{found['jupyter']}{linked}",
    }
    lines = [
        *(f"{name:<9}  {fact}" for name, fact in facts.items()),
        "",
        pool_table(found["pools"]),
    ]
    troubles = ["", "Pods in trouble:", *(f"  {one}" for one in found["troubles"])]
    error = ["", found["error"]] if found["error"] else []
    return "\n".join(lines + (troubles if found["troubles"] else []) + error)
