"""`dask-helm images`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dask_helm.cli import options
from dask_helm.cli.options import Given
from dask_helm.cli.output import document, table

if TYPE_CHECKING:
    from dask_helm.engine import Manifest

EXAMPLES = """
\b
Examples:
  dask-helm images -f values.yaml
  dask-helm images -f values.yaml -o name > images.txt
  dask-helm images -o json
"""


@click.command("images", epilog=EXAMPLES)
@options.values
@options.chart
@options.output("text", "json", "yaml", "name", short=True)
def command(given: Given, chart: Path | None, output: str) -> None:
    """List the images that a release pulls, for example to copy them to a mirror.

    Images of init containers, sidecars, image volumes and the pod of `helm test` are included.
    """
    from dask_helm.engine import Release
    from dask_helm.renderer import Renderer

    rendered = Renderer(chart).render(given.collect(), Release("dask"))
    found: dict[str, list[str]] = {}
    for manifest in rendered.manifests:
        for image in _images(manifest.object):
            users = found.setdefault(image, [])
            if (user := _user(manifest)) not in users:
                users.append(user)
    rows = sorted(found.items())
    if output == "name":
        click.echo("\n".join(found for found, _ in rows))
    elif output == "text":
        click.echo(
            table(("image", "used by"), ((image, ", ".join(users)) for image, users in rows))
        )
    else:
        document([{"image": image, "usedBy": users} for image, users in rows], output)


def _images(value: Any) -> Iterator[str]:
    """Yield the images of the containers and image volumes in an object."""
    if isinstance(value, dict):
        for kind in ("initContainers", "containers"):
            for container in value.get(kind) or ():
                yield container["image"]
        for volume in value.get("volumes") or ():
            if reference := (volume.get("image") or {}).get("reference"):
                yield reference
        for item in value.values():
            yield from _images(item)


def _user(manifest: "Manifest") -> str:
    """Return the component of an object, with the pool of a worker."""
    from dask_helm import labels

    own = manifest.object["metadata"].get("labels") or {}
    parts = (own.get(labels.COMPONENT, manifest.name), own.get(labels.POOL))
    return " ".join(filter(None, parts))
