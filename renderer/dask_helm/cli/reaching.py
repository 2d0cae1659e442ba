"""What the commands share that talk to a running release."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from dask_helm.cli.options import packed, stacked

if TYPE_CHECKING:
    from dask_helm.cli.telling import Teller
    from dask_helm.cluster import HelmCluster
    from dask_helm.cluster.access import Access
    from dask_helm.cluster.outside import Outside
    from dask_helm.cluster.releases import Wanted

F = TypeVar("F", bound=Callable[..., Any])


class Reach(NamedTuple):
    """Which release, by which credentials; None means what is obvious."""

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
    def sought(self) -> tuple["Access", "Wanted"]:
        """Whom the API server is asked by, and for what, where no scheduler is needed."""
        from dask_helm.cluster.access import Access
        from dask_helm.cluster.releases import Wanted

        return Access(self.kubeconfig, self.context), Wanted(self.release_name, self.namespace)


_WAYS = ("service", "port-forward", "node-port", "load-balancer")
_WAY = f"The way to the scheduler: {', '.join(_WAYS)}."
_CREDENTIALS = (
    click.option("--context", metavar="NAME", help="Context of the kubeconfig."),
    click.option("--kubeconfig", metavar="FILE", help="Kubeconfig file; as for kubectl."),
)
_RELEASE = (
    click.option(
        "-r",
        "--release",
        "release_name",
        metavar="NAME",
        help="Name of the release; the only one in reach by default.",
    ),
    click.option("-n", "--namespace", metavar="NAME", help="Its namespace; that of the context."),
    *_CREDENTIALS,
)
_TO_SCHEDULER = (
    click.option("--via", type=click.Choice(_WAYS), metavar="WAY", help=_WAY),
    click.option("--address", metavar="URL", help="The scheduler's, as it is: tcp://HOST:8786."),
)


class ReleaseCommand(click.Command):
    """A command that works with a release."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments; where one may be the release, say how that is named."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _completed(error) from error


def _completed(error: click.UsageError) -> click.UsageError:
    if not isinstance(getattr(error, "param", None), click.Option):
        error.message += _advice(error.message)  # type: ignore[misc]
    return error


def _advice(message: str) -> str:
    """Return what to write: a refused word, in quotes or brackets, may be a release or a number."""
    if number := re.search(r"option '(-\d+)'", message):
        return f"\n{number[1]} is no number of pods; write a whole one from 0 on"
    found = re.search(r"['(]([a-z][-.a-z0-9]*)", message)
    return f"\nIf {found[1]} is the release, write: --release {found[1]}" if found else ""


def credentials(function: F) -> F:
    """Add --context, --kubeconfig."""
    decorated: F = stacked(function, _CREDENTIALS)
    return decorated


def reach(function: F) -> F:
    """Add all that names a release and the way to it; the command gets it as `reach`."""
    decorated: F = stacked(packed(function, "reach", Reach), _RELEASE + _TO_SCHEDULER)
    return decorated


def release(function: F) -> F:
    """Add the same without --via and --address, for what asks no scheduler."""
    decorated: F = stacked(packed(function, "reach", Reach), _RELEASE)
    return decorated


def group(function: F) -> F:
    """Add --group."""
    option = click.option("-g", "--group", metavar="NAME", help="The pool of workers.")
    return option(function)


@contextmanager
def connected(reach: Reach, teller: "Teller | None" = None) -> Iterator["HelmCluster"]:
    """Yield a handle of the release; what it tells goes to the teller."""
    from dask_helm.cli.telling import Teller
    from dask_helm.cluster import HelmCluster

    told = teller or Teller()

    class Telling(HelmCluster):
        def _log(self, log: str) -> None:
            super()._log(log)
            told.say(log)

    with told, Telling(**reach.arguments, quiet=True) as cluster:
        yield cluster


@asynccontextmanager
async def outside(reach: Reach) -> AsyncIterator["Outside"]:
    """Yield the release as the API server alone knows it, whether its scheduler answers or not."""
    from dask_helm.cluster import outside

    async with outside.opened(*reach.sought) as found:
        yield found
