"""Options of the commands that use a running release, and the connection to it."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from dask_helm.cli import completion
from dask_helm.cli.options import packed, stacked

if TYPE_CHECKING:
    from dask_helm.cluster import HelmCluster
    from dask_helm.cluster.api.credentials import Access
    from dask_helm.cluster.connect.connection import Outside
    from dask_helm.cluster.release.discovery import ReleaseQuery

F = TypeVar("F", bound=Callable[..., Any])


class Reach(NamedTuple):
    """The release, the credentials and the route; None means the default."""

    release_name: str | None
    namespace: str | None
    context: str | None
    kubeconfig: str | None
    via: str | None = None
    address: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of HelmCluster."""
        return {key: value for key, value in self._asdict().items() if value is not None}

    @property
    def sought(self) -> tuple["Access", "ReleaseQuery"]:
        """The credentials and the query for commands that need no scheduler."""
        from dask_helm.cluster.api.credentials import Access
        from dask_helm.cluster.release.discovery import ReleaseQuery

        return Access(self.kubeconfig, self.context), ReleaseQuery(
            self.release_name, self.namespace
        )


_ROUTES = ("service", "port-forward", "node-port", "load-balancer")
_VIA = f"Route to the scheduler: {', '.join(_ROUTES)}."
_CREDENTIALS = (
    click.option("--context", metavar="NAME", help="Context of the kubeconfig."),
    click.option("--kubeconfig", metavar="FILE", help="Kubeconfig file. Defaults to kubectl's."),
)
_RELEASE = (
    click.option(
        "-r",
        "--release",
        "release_name",
        metavar="NAME",
        shell_complete=completion.releases,
        help="Name of the release. Defaults to the only one you can access.",
    ),
    click.option(
        "-n",
        "--namespace",
        metavar="NAME",
        shell_complete=completion.namespaces,
        help="Namespace of the release. Defaults to the context's.",
    ),
    *_CREDENTIALS,
)
_TO_SCHEDULER = (
    click.option("--via", type=click.Choice(_ROUTES), metavar="ROUTE", help=_VIA),
    click.option("--address", metavar="URL", help="Address of the scheduler: tcp://HOST:8786."),
)

everywhere = click.option(
    "-A", "--all-namespaces", "everywhere", is_flag=True, help="All namespaces."
)
watch = click.option(
    "-w", "--watch", "is_watched", is_flag=True, help="Repeat every 2 s, until Ctrl-C."
)


class ReleaseCommand(click.Command):
    """A command that uses a running release."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reject unexpected arguments; suggest how to write an argument that may be a release."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            # A rejected word can be a release or a negative number.
            number = re.search(r"option '(-\d+)'", error.message)
            word = re.search(r"['(]([a-z][-.a-z0-9]*)", error.message)
            hint = ""
            if number:
                hint = f"\nThe number of pods must be an integer of at least 0, got {number[1]}."
            elif word:
                hint = f"\nIf {word[1]} is the release, write: {self._naming(ctx, word[1])}"
            if not isinstance(getattr(error, "param", None), click.Option):
                error.message += hint  # type: ignore[misc]
            raise

    def _naming(self, ctx: click.Context, release: str) -> str:
        names = [one.human_readable_name for one in self.params if isinstance(one, click.Argument)]
        if "[RELEASE]" not in names:
            return f"--release {release}"
        return " ".join([ctx.command_path, release, *(one for one in names if one != "[RELEASE]")])


def credentials(function: F) -> F:
    """Add --context, --kubeconfig."""
    return stacked(function, _CREDENTIALS)


def reach(function: F) -> F:
    """Add the options for a release and the route to it; the command gets them as `reach`."""
    return stacked(packed(function, "reach", Reach), _RELEASE + _TO_SCHEDULER)


def release(function: F) -> F:
    """Add the options for a release, for commands that need no scheduler."""
    return stacked(packed(function, "reach", Reach), _RELEASE)


def pool(function: F) -> F:
    """Add --pool."""
    complete = completion.pools
    add = click.option(
        "-p", "--pool", metavar="NAME", shell_complete=complete, help="The worker pool."
    )
    return add(function)


def argument(function: F) -> F:
    """Add the release as the first argument, in addition to --release; outside of `reach`.

    The last words belong to the command's other arguments: `scale my 3`, `scale 3`.
    """

    @wraps(function)
    def merged(*arguments: Any, release: str | None, **options: Any) -> Any:
        if release and options["release_name"] not in (None, release):
            raise click.UsageError(f"Two releases: {release} and {options['release_name']}")
        options["release_name"] = release or options["release_name"]
        return function(*arguments, **options)

    add = click.argument(
        "release",
        nargs=-1,
        metavar="[RELEASE]",
        callback=_only_one,
        shell_complete=completion.releases,
    )
    return add(merged)  # type: ignore[return-value]


def _only_one(_: click.Context, __: click.Parameter, words: tuple[str, ...]) -> str | None:
    if len(words) > 1:
        raise click.UsageError(f"Only one release can be named, got: {' '.join(words)}")
    return words[0] if words else None


@contextmanager
def connected(reach: Reach) -> Iterator["HelmCluster"]:
    """Yield a handle of the release; its messages are shown as progress."""
    from dask_helm.cli.output import Progress
    from dask_helm.cluster import HelmCluster

    progress = Progress()

    class ShowingCluster(HelmCluster):
        def _log(self, log: str) -> None:
            super()._log(log)
            progress.show(log)

    with progress, ShowingCluster(**reach.arguments, quiet=True) as cluster:
        progress.follow(lambda: f"{cluster.name}: {cluster.summary}")
        yield cluster


@asynccontextmanager
async def outside(reach: Reach) -> AsyncIterator["Outside"]:
    """Yield the release as the API server describes it; works without a scheduler."""
    from dask_helm.cluster.connect import connection

    async with connection.outside(*reach.sought) as found:
        yield found
