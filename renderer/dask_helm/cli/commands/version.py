"""`dask-helm version`."""

import click

from dask_helm.cli import options, printing

EXAMPLES = """
\b
Examples:
  dask-helm version
  dask-helm version --output json
"""


@click.command("version", epilog=EXAMPLES)
@options.output("text", "json", "yaml")
def command(output: str) -> None:
    """Print the versions of package and chart, and of the Dask that the chart starts."""
    versions = _versions()
    if output == "text":
        width = max(map(len, versions))
        click.echo("\n".join(f"{name:<{width}}  {value}" for name, value in versions.items()))
    else:
        printing.document(versions, output)


def _versions() -> dict[str, str]:
    from dask_helm import __version__, data, goyaml

    path = data.folder("chart") / "Chart.yaml"
    chart = goyaml.load(path.read_text("utf-8"), name=str(path))
    return {"package": __version__, "chart": chart["version"], "appVersion": chart["appVersion"]}
