"""`dask-helm render`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options
from dask_helm.cli.completing import kinds
from dask_helm.cli.options import Given, Named

if TYPE_CHECKING:
    from dask_helm.rendering import Manifest, Release, Rendered

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
    fleet: Path | None
    cluster: tuple[str, ...]
    jobs: int | None


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
    help="Only these objects; * and ? stand for any characters.",
)
@click.option("--no-hooks", is_flag=True, help="Leave out the pods of `helm test`.")
@click.option("--notes", is_flag=True, help="Print the release's notes, too, on standard error.")
@click.option("--skip-schema-validation", is_flag=True, help="Leave only the chart's own rules.")
@options.output("yaml", "json", text="Format of the manifests; with --output-dir, of the report.")
@click.option(
    "--output-dir", type=options.FOLDER, metavar="FOLDER", help="Write a file per object."
)
@click.option("--prune", is_flag=True, help="Remove files of objects that are there no more.")
@click.option(
    "--fleet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Render all clusters of a fleet file.",
)
@click.option("--cluster", multiple=True, metavar="NAME", help="Only these of --fleet; * and ?.")
@click.option("--jobs", type=int, metavar="N", help="Processes for --fleet; one per core.")
@click.pass_context
def command(context: click.Context, /, **arguments: Any) -> None:
    """Print the manifests for some values, as `helm template RELEASE` does, without Helm.

    With --output-dir each object gets a file KIND-NAME.yaml; files are replaced as a whole, those
    that stay the same are not touched, and when the values are wrong nothing is written.
    """
    request = Request(**arguments)
    _check_combination(context, request)
    if request.fleet:
        from dask_helm.cli import fleets

        assert request.output_dir is not None  # noqa: S101 - checked above
        context.exit(fleets.run(request.fleet, request.output_dir, _for_fleet(request)))
    _one(request)


_FLEET_ONLY = ("cluster", "jobs")
_WITH_FLEET = ("fleet", "output_dir", "prune", "cluster", "jobs", "chart", "engine", "output")


def _check_combination(context: click.Context, request: Request) -> None:
    given = [p.name for p in context.command.params if p.name and _is_given(context, p.name)]
    unfit = [n for n in given if (n not in _WITH_FLEET if request.fleet else n in _FLEET_ONLY)]
    if unfit:
        names = ", ".join(_as_option(name) for name in unfit)
        relation = "cannot be used with" if request.fleet else "is only used with"
        raise click.UsageError(f"{names} {relation} --fleet")
    if (request.fleet or request.prune) and not request.output_dir:
        needing = "--fleet" if request.fleet else "--prune"
        raise click.UsageError(f"{needing} needs --output-dir FOLDER")


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _as_option(name: str) -> str:
    if name == "release":
        return "RELEASE"
    return "--release" if name == "release_name" else f"--{name.replace('_', '-')}"


def _for_fleet(request: Request) -> dict[str, Any]:
    names = ("prune", "jobs", "chart", "engine", "output")
    return {name: getattr(request, name) for name in names} | {"only": request.cluster}


def _one(request: Request) -> None:
    from dask_helm.cli import selection

    release = request.named.release(request.release)
    rendered = _rendered(request, release)
    manifests = selection.chosen(rendered.manifests, request.only, not request.no_hooks)
    if request.output_dir:
        _write(request, request.output_dir, manifests, release)
    else:
        _print(manifests, request.output)
    if request.notes:
        click.echo(rendered.notes, err=True)


def _rendered(request: Request, release: "Release") -> "Rendered":
    from dask_helm.rendering import Renderer

    values = request.given.collect()
    renderer = Renderer(request.chart, request.engine, validate=not request.skip_schema_validation)
    return renderer.render(values, release)


def _print(manifests: "list[Manifest]", form: str) -> None:
    from dask_helm.rendering import to_yaml

    if form == "yaml":
        click.echo(to_yaml(manifests), nl=False)
        return
    from dask_helm.cli import printing

    printing.document(printing.as_list([manifest.object for manifest in manifests]), form)


def _write(request: Request, output: Path, manifests: "list[Manifest]", release: "Release") -> None:
    """Write the files; those that are left over are removed only when asked."""
    from dask_helm.cli import folder

    changes = folder.write(output, manifests)
    rendered = {*changes["written"], *changes["unchanged"]}
    kept = "removed" if request.prune else "leftOver"
    # With --only, everything else is rendered no more on purpose.
    changes[kept] = [] if request.only else list(folder.left_over(output, rendered, release))
    for name in changes.get("removed", ()):
        (output / name).unlink()
    _report(changes, output, request.output)


def _report(changes: dict[str, list[str]], output: Path, form: str) -> None:
    from dask_helm.cli import printing

    if form == "json":
        printing.document(changes, form)
        return
    for state in ("written", "removed"):
        for name in changes.get(state, ()):
            click.echo(f"{output / name} {state}")
    if changes["unchanged"]:
        click.echo(f"{len(changes['unchanged'])} unchanged")
    if left := changes.get("leftOver"):
        printing.warn(f"rendered no more, --prune removes: {', '.join(left)}")
