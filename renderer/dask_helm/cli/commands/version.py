"""`dask-helm version`."""

import click

from dask_helm.cli import options
from dask_helm.cli.output import document

EXAMPLES = """
\b
Examples:
  dask-helm version
  dask-helm version --output json
"""


@click.command("version", epilog=EXAMPLES)
@options.output("text", "json", "yaml")
def command(output: str) -> None:
    """Print the versions of the package, the chart and the Dask that the chart runs."""
    from dask_helm import __version__, data
    from dask_helm.engine import yaml as goyaml

    path = data.folder("chart") / "Chart.yaml"
    chart = goyaml.load(path.read_text("utf-8"), name=str(path))
    versions = {
        "package": __version__,
        "chart": chart["version"],
        "appVersion": chart["appVersion"],
    }
    if output == "text":
        width = max(map(len, versions))
        click.echo("\n".join(f"{name:<{width}}  {value}" for name, value in versions.items()))
    else:
        document(versions, output)
