"""`dask-helm new`."""

from pathlib import Path

import click

from dask_helm.cli.completion import presets
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
@click.option(
    "--list", "listed", is_flag=True, help="List the presets. This is the default without PRESET."
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    default="-",
    metavar="FILE",
    help="Output file. Defaults to standard output.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option(
    "--schema",
    default="values.schema.json",
    show_default=True,
    metavar="FILE",
    help="Path or URL of the schema for editors; see `dask-helm schema`.",
)
def command(preset: str | None, listed: bool, output: str, force: bool, schema: str) -> None:
    """Create a values file from a preset, with a comment for each key.

    Editors with the YAML language server complete and check the file, if the schema is in the same
    folder.
    """
    from dask_helm.cli import presets as catalogue

    if listed or preset is None:
        for name in catalogue.names():
            click.echo(f"{click.style(f'{name:<14}', fg='cyan')}{catalogue.title(name)}")
        return
    text = catalogue.starting(preset, schema)
    if output == "-":
        click.echo(text, nl=False)
        return
    path = Path(output)
    existed = path.exists()
    if existed and not force:
        from dask_helm.errors import UsageError

        raise UsageError(f"{output} exists; use --force to overwrite it")
    try:
        path.write_text(text, "utf-8")
    except OSError as error:  # a full disk has no file name
        if not existed:
            path.unlink(missing_ok=True)
        error.filename = output
        raise
    click.echo(f"{output} written")
