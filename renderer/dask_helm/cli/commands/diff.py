"""`dask-helm diff`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options
from dask_helm.cli.failures import reported
from dask_helm.cli.options import FILE, Given, Named

if TYPE_CHECKING:
    from dask_helm.cli.comparing import Change, Object
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
Exit codes: 0 no difference, 1 differences, 2 something went wrong.
"""

_DEFAULTS, _LIVE = "defaults", "live"


@dataclass(frozen=True)
class Request:
    """The arguments and options of the command."""

    files: tuple[str, ...]
    given: Given
    named: Named
    live: bool
    context: str | None
    kubeconfig: str | None
    chart: Path | None
    output: str

    @property
    def names(self) -> tuple[str, str]:
        """Return what the two sides are called."""
        if self.live:
            return _LIVE, self.files[0] if self.files else "values"
        before, after = (_DEFAULTS, *self.files)[-2:]
        return before, after


@click.command("diff", epilog=EXAMPLES)
@click.argument("files", nargs=-1, metavar="[A] [B]", type=FILE)
@click.option("--live", is_flag=True, help="Compare with what runs in the cluster, by kubectl.")
@options.values
@options.release
@click.option("--context", metavar="NAME", help="kubectl's context, for --live.")
@click.option("--kubeconfig", metavar="FILE", help="kubectl's configuration, for --live.")
@options.chart
@options.output("text", "json")
@click.pass_context
def command(context: click.Context, /, **arguments: Any) -> None:
    """Show how the manifests for values file B differ from those for A.

    With one file: how it changes the chart's defaults. With --live: what would change in the
    cluster if the values were installed there now. -f and --set count for both sides; A and B come
    after -f and before --set.
    """
    with reported(exit_code=2):
        request = Request(**arguments)
        _check(request)
        changes = _changes(request)
        _show(changes, request)
    context.exit(1 if changes else 0)


def _check(request: Request) -> None:
    most = 1 if request.live else 2
    if len(request.files) > most:
        raise click.UsageError(f"at most {most} values file{'s' * (most > 1)} can be compared here")
    if not request.files and not request.live:
        raise click.UsageError("name one or two values files, or write --live")
    if (request.context or request.kubeconfig) and not request.live:
        raise click.UsageError("--context and --kubeconfig are only used with --live")
    options.check_stdin([*request.given.values, *request.files])


def _changes(request: Request) -> "list[Change]":
    from dask_helm.cli import comparing

    if request.live:
        sides = _live(request)
        return comparing.compare(sides.running, sides.wanted)
    before, after = (None, *request.files)[-2:]
    return comparing.compare(_objects(request, before), _objects(request, after))


def _objects(request: Request, file: str | None) -> "list[Object]":
    """Render one side, without the pods of `helm test`, which only exist while they run."""
    from dask_helm.rendering import Renderer

    values = request.given.collect(*([file] if file else []))
    rendered = Renderer(request.chart).render(values, request.named.release())
    return [manifest.object for manifest in rendered.manifests if not manifest.hook]


def _live(request: Request) -> "Sides":
    from dask_helm import labels
    from dask_helm.cli import live
    from dask_helm.cli.kubectl import Kubectl
    from dask_helm.cli.printing import warn

    objects = _objects(request, request.files[0] if request.files else None)
    kubectl = Kubectl(request.named.namespace, request.context, request.kubeconfig)
    selector = None if request.chart else labels.selector(request.named.release().name)
    sides = live.sides(kubectl, objects, selector)
    if sides.refused:
        warn(
            f"{sides.refused}\nOnly the fields that the values set were compared of these objects."
        )
    return sides


def _show(changes: "list[Change]", request: Request) -> None:
    if request.output == "json":
        from dask_helm.cli import printing

        printing.document([change.as_data() for change in changes], "json")
        return
    from dask_helm.cli import unified

    for change in changes:
        click.echo("\n".join(unified.lines(change, *request.names)))
    click.echo(_summary(changes), err=True)


def _summary(changes: "list[Change]") -> str:
    kinds = [change.kind for change in changes]
    counts = [f"{kinds.count(kind)} {kind}" for kind in ("added", "changed", "removed")]
    return ", ".join(counts) if changes else "no differences"
