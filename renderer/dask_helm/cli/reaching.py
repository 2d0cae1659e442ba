"""What the commands share that talk to a running release."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from dask_helm.cli.options import packed, stacked

if TYPE_CHECKING:
    from dask_helm.cli.telling import Teller
    from dask_helm.cluster import HelmCluster

F = TypeVar("F", bound=Callable[..., Any])


class Reach(NamedTuple):
    """Which release, by which credentials; None means what is obvious."""

    release_name: str | None
    namespace: str | None
    context: str | None
    kubeconfig: str | None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of HelmCluster."""
        given = dict(zip(("release_name", "namespace", "context", "kubeconfig"), self, strict=True))
        return {key: value for key, value in given.items() if value is not None}


_CREDENTIALS = (
    click.option("--context", metavar="NAME", help="Context of the kubeconfig."),
    click.option("--kubeconfig", metavar="FILE", help="Kubeconfig file; as for kubectl."),
)
_OPTIONS = (
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


def credentials(function: F) -> F:
    """Add --context, --kubeconfig."""
    decorated: F = stacked(function, _CREDENTIALS)
    return decorated


def reach(function: F) -> F:
    """Add --release, --namespace, --context, --kubeconfig; the command gets them as `reach`."""
    decorated: F = stacked(packed(function, "reach", Reach), _OPTIONS)
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
