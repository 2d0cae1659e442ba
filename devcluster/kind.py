"""The same cluster made with kind, for people with Docker. Untested: written without Docker."""

import shutil
from pathlib import Path

from devcluster import image
from devcluster.command import run
from devcluster.errors import CommandError
from devcluster.progress import step

_FOLDER = Path(__file__).parent
_NAME = "dask-helm"


def up() -> None:
    """Create the cluster and load the Dask image into its nodes."""
    for name in ("docker", "kind"):
        if not shutil.which(name):
            raise CommandError(f"`make kind` needs {name}, which is not in PATH.")
    with step(f"building {image.name()}"):
        _build_image()
    with step("creating the cluster"):
        run("kind", "create", "cluster", f"--config={_FOLDER / 'kind.yaml'}")
    with step("loading the image"):
        run("kind", "load", "docker-image", f"--name={_NAME}", image.name())


def _build_image() -> None:
    dockerfile = f"--file={_FOLDER / 'Dockerfile'}"
    run("docker", "build", dockerfile, f"--tag={image.name()}", image.CHECKOUT)
