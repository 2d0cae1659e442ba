"""`dask-helm diff`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options
from dask_helm.cli.failures import reported
from dask_helm.cli.options import FILE, Given, Named
from dask_helm.cli.output import document, warn

if TYPE_CHECKING:
    from dask_helm.cli.comparison import Object
    from dask_helm.cli.live import Sides

EXAMPLES = """
\b
Examples:
  dask-helm diff values.yaml
  dask-helm diff values.yaml production.yaml
  dask-helm diff -f values.yaml production.yaml --set jupyter.enabled=false
  dask-helm diff values.yaml production.yaml --output json
  dask-helm diff --live --release my --namespace team values.yaml
\b
Exit codes: 0 no difference, 1 differences, 2 error.
"""

_DEFAULTS, _LIVE = "defaults", "live"


@dataclass(frozen=True)
class Request:
    """The arguments and options of the command."""

    files: tuple[str, ...]
    given: Given
    named: Named
    live: bool
    new: bool
    context: str | None
    kubeconfig: str | None
    chart: Path | None
    output: str

    @property
    def names(self) -> tuple[str, str]:
        """Return the names of the two sides."""
        if self.live:
            return _LIVE, self.files[0] if self.files else "values"
        before, after = (_DEFAULTS, *self.files)[-2:]
        return before, after

    def check(self) -> None:
        """Raise UsageError for arguments that do not go together."""
        most = 1 if self.live else 2
        if len(self.files) > most:
            raise click.UsageError(f"at most {most} values file{'s' * (most > 1)} can be compared")
        if not self.files and not self.live:
            raise click.UsageError("name one or two values files, or use --live")
        if (self.context or self.kubeconfig) and not self.live:
            raise click.UsageError("--context and --kubeconfig can only be used with --live")
        if self.new and not self.live:
            raise click.UsageError("--new can only be used with --live")
        options.check_stdin([*self.given.values, *self.files])


@click.command("diff", epilog=EXAMPLES)
@click.argument("files", nargs=-1, metavar="[A] [B]", type=FILE)
@click.option("--live", is_flag=True, help="Compare with what runs in the cluster.")
@click.option("--new", is_flag=True, help="With --live: the release need not exist yet.")
@options.values
@options.release
@click.option("--context", metavar="NAME", help="Context of the kubeconfig, for --live.")
@click.option("--kubeconfig", metavar="FILE", help="Kubeconfig file, for --live; as for kubectl.")
@options.chart
@options.output("text", "json", "yaml")
@click.pass_context
def command(context: click.Context, /, **arguments: Any) -> None:
    """Compare the manifests of two values files.

    With one file, compare it with the chart's defaults. With --live, show what would change in the
    cluster if you installed the values now; the release must exist unless you pass --new. -f and
    --set apply to both sides: A and B override -f, and --set overrides A and B.
    """
    with reported(exit_code=2):
        request = Request(**arguments)
        request.check()
        from dask_helm.cli.comparison import compare

        if request.live:
            sides = _running_and_rendered(request)
            changes = compare(sides.running, sides.wanted)
        else:
            before, after = (None, *request.files)[-2:]
            changes = compare(_rendered(request, before), _rendered(request, after))
        if request.output != "text":
            document([change.as_data() for change in changes], request.output)
        else:
            for change in changes:
                click.echo("\n".join(change.unified(*request.names)))
            kinds = [change.kind for change in changes]
            counts = [f"{kinds.count(kind)} {kind}" for kind in ("added", "changed", "removed")]
            click.echo(", ".join(counts) if changes else "no differences", err=True)
    context.exit(1 if changes else 0)


def _rendered(request: Request, file: str | None) -> "list[Object]":
    """Render one side, without the pods of `helm test`, which only exist while they run."""
    from dask_helm.renderer import Renderer

    values = request.given.collect(*([file] if file else []))
    rendered = Renderer(request.chart).render(values, request.named.release())
    return [manifest.object for manifest in rendered.manifests if not manifest.hook]


def _running_and_rendered(request: Request) -> "Sides":
    """Ask the cluster about the rendered objects, and warn of what the API server rejects."""
    import asyncio

    from dask_helm import labels
    from dask_helm.cli import live
    from dask_helm.cluster.api.client import Kubernetes
    from dask_helm.cluster.api.credentials import Access
    from dask_helm.cluster.api.manifests import Manifests
    from dask_helm.cluster.release import discovery
    from dask_helm.cluster.release.discovery import ReleaseQuery
    from dask_helm.errors import NoReleaseError

    objects = _rendered(request, request.files[0] if request.files else None)
    own = labels.CLUSTER
    named = {one["metadata"].get("labels", {}).get(own) for one in objects} - {None}
    selector = f"{own}={named.pop()}" if named and not request.chart else None

    async def ask() -> "Sides":
        async with Kubernetes(Access(request.kubeconfig, request.context)) as kubernetes:
            manifests = Manifests(kubernetes, request.named.namespace)
            sides = await live.sides(manifests, objects, selector)
            if not (sides.running or request.new or request.chart):
                named = ReleaseQuery(request.named.release().name, request.named.namespace)
                await discovery.find(kubernetes, named)
            return sides

    try:
        sides = asyncio.run(ask())
    except NoReleaseError as error:
        advice = "To see the objects of a new release, use: --new"
        raise click.UsageError(f"{error.in_shell()}\n{advice}") from error
    if sides.refused:
        warn(
            f"{sides.refused}\nOf these objects, only the fields that the values set were compared."
        )
    return sides
