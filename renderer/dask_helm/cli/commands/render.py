"""`dask-helm render`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options
from dask_helm.cli.completion import kinds
from dask_helm.cli.options import Given, Named
from dask_helm.cli.output import document, warn

if TYPE_CHECKING:
    from dask_helm.engine import Manifest, Release

EXAMPLES = """
\b
Examples:
  dask-helm render -f values.yaml
  dask-helm render my -n team -f values.yaml -f production.yaml --set workers.default.replicas=5
  dask-helm render -f values.yaml --only deployment --only 'service/*-scheduler'
  dask-helm render my -f values.yaml --output-dir manifests
  dask-helm render --fleet fleet.yaml --output-dir clusters
  dask-helm render my -n team -f values.yaml | kubectl apply -f -
"""

_FLEET_ONLY = ("cluster", "jobs", "prune_all")
_WITH_FLEET = (*_FLEET_ONLY, "fleet", "output_dir", "prune", "chart", "engine", "output")
_ARGUMENTS = {"release": "RELEASE", "release_name": "--release"}


@dataclass(frozen=True)
class Request:
    """The arguments and options of the command."""

    release: str | None
    given: Given
    named: Named
    chart: Path | None
    engine: str
    only: tuple[str, ...]
    no_hooks: bool
    notes: bool
    skip_schema_validation: bool
    output: str
    output_dir: Path | None
    prune: bool
    prune_all: bool
    fleet: Path | None
    cluster: tuple[str, ...]
    jobs: int | None

    def check(self, context: click.Context) -> None:
        """Raise UsageError for options that do not go together."""
        names = [parameter.name or "" for parameter in context.command.params]
        written = click.core.ParameterSource.COMMANDLINE
        given = [name for name in names if context.get_parameter_source(name) is written]
        unfit = [n for n in given if (n not in _WITH_FLEET if self.fleet else n in _FLEET_ONLY)]
        if unfit:
            options = ", ".join(_ARGUMENTS.get(n, f"--{n.replace('_', '-')}") for n in unfit)
            relation = "cannot be used with" if self.fleet else "can only be used with"
            raise click.UsageError(f"{options} {relation} --fleet")
        if (self.fleet or self.prune) and not self.output_dir:
            needing = "--fleet" if self.fleet else "--prune"
            raise click.UsageError(f"{needing} needs --output-dir FOLDER")


@click.command("render", epilog=EXAMPLES)
@click.argument("release", required=False)
@options.values
@options.release
@options.chart
@options.engine
@click.option(
    "--only",
    multiple=True,
    metavar="KIND[/NAME]",
    shell_complete=kinds,
    help="Only these objects; * and ? are wildcards.",
)
@click.option("--no-hooks", is_flag=True, help="Omit the pods of `helm test`.")
@click.option("--notes", is_flag=True, help="Also print the notes to standard error.")
@click.option("--skip-schema-validation", is_flag=True, help="Check only the chart's own rules.")
@options.output("yaml", "json", text="Format of the manifests, or of the report with --output-dir.")
@click.option(
    "--output-dir", type=options.FOLDER, metavar="FOLDER", help="Write one file per object."
)
@click.option("--prune", is_flag=True, help="Remove files of objects that are no longer rendered.")
@click.option(
    "--fleet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Render all clusters of a fleet file.",
)
@click.option(
    "--cluster",
    multiple=True,
    metavar="NAME",
    help="Only these clusters of --fleet; * and ? are wildcards.",
)
@click.option(
    "--prune-all",
    is_flag=True,
    help="Like --prune, even if it removes more clusters than --fleet has.",
)
@click.option(
    "--jobs", type=int, metavar="N", help="Processes for --fleet. Defaults to one per core."
)
@click.pass_context
def command(context: click.Context, /, **arguments: Any) -> None:
    """Print the manifests, as `helm template RELEASE` does, without Helm.

    With --output-dir, each object is written to a file KIND-NAME.yaml. Files are replaced
    atomically, unchanged files are not touched, and nothing is written if the values are invalid.
    """
    request = Request(**arguments)
    request.check(context)
    if request.fleet and request.output_dir:
        from dask_helm.cli import fleet

        names = ("prune", "prune_all", "jobs", "chart", "engine")
        settings = {name: getattr(request, name) for name in names} | {"only": request.cluster}
        context.exit(fleet.run(request.fleet, request.output_dir, request.output, **settings))
    from dask_helm.cli.manifests import chosen
    from dask_helm.renderer import Renderer

    release = request.named.release(request.release)
    values = request.given.collect()
    renderer = Renderer(request.chart, request.engine, validate=not request.skip_schema_validation)
    rendered = renderer.render(values, release)
    manifests = chosen(rendered.manifests, request.only, not request.no_hooks)
    if request.output_dir:
        _write(request, request.output_dir, manifests, release)
    elif request.output == "json":
        items = [manifest.object for manifest in manifests]
        # `kubectl apply -f -` accepts a List.
        document({"apiVersion": "v1", "kind": "List", "items": items}, "json")
    else:
        from dask_helm.engine import to_yaml

        click.echo(to_yaml(manifests), nl=False)
    if request.notes:
        click.echo(rendered.notes, err=True)


def _write(request: Request, output: Path, manifests: "list[Manifest]", release: "Release") -> None:
    """Write the files; remove files that are no longer rendered only with --prune."""
    from dask_helm.cli.manifests import left_over, write

    changes = write(output, manifests)
    rendered = {*changes["written"], *changes["unchanged"]}
    kept = "removed" if request.prune else "leftOver"
    # With --only, the other objects are not rendered on purpose.
    changes[kept] = [] if request.only else list(left_over(output, rendered, release))
    for name in changes.get("removed", ()):
        (output / name).unlink()
    if request.output == "json":
        document(changes, "json")
        return
    for state in ("written", "removed"):
        for name in changes.get(state, ()):
            click.echo(f"{output / name} {state}")
    if changes["unchanged"]:
        click.echo(f"{len(changes['unchanged'])} unchanged")
    if left := changes.get("leftOver"):
        warn(f"no longer rendered; --prune removes: {', '.join(left)}")
