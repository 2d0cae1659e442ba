"""`dask-helm new`."""

from pathlib import Path

import click

from dask_helm.cli.completing import presets
from dask_helm.cli.options import FILE

EXAMPLES = """
\b
Examples:
  dask-helm new
  dask-helm new laptop
  dask-helm new pools --output my.yaml
  dask-helm schema > values.schema.json
"""


@click.command("new", epilog=EXAMPLES)
@click.argument("preset", required=False, shell_complete=presets)
@click.option("--list", "listed", is_flag=True, help="List the presets; so does no PRESET.")
@click.option("-o", "--output", type=FILE, default="-", metavar="FILE", help="Where to write it.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option(
    "--schema",
    default="values.schema.json",
    show_default=True,
    metavar="FILE",
    help="Path or URL of the schema for editors; `dask-helm schema` prints it.",
)
def command(preset: str | None, listed: bool, output: str, force: bool, schema: str) -> None:
    """Write a values file to start from, made from a preset, with the meaning of its keys.

    An editor that knows the YAML language server completes and checks the file while you write,
    once the schema lies beside it.
    """
    from dask_helm.cli import presets as catalogue

    if listed or preset is None:
        _list()
    else:
        _write(catalogue.starting(preset, schema), output, force)


def _list() -> None:
    from dask_helm.cli import presets as catalogue

    for name in catalogue.names():
        click.echo(f"{click.style(f'{name:<14}', fg='cyan')}{catalogue.title(name)}")


def _write(text: str, output: str, force: bool) -> None:
    """Write to a file, which must be new unless forced, or to standard output."""
    if output == "-":
        click.echo(text, nl=False)
        return
    path = Path(output)
    if path.exists() and not force:
        from dask_helm.errors import UsageError

        raise UsageError(f"{output} exists; --force replaces it")
    path.write_text(text, "utf-8")
    click.echo(f"{output} written")
