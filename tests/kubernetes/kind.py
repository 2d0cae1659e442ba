"""The same by kind, for people with Docker. Not tested where this was written: it had no Docker."""

import shutil
from pathlib import Path

from tests.kubernetes import image
from tests.kubernetes.command import run
from tests.kubernetes.errors import CommandError
from tests.kubernetes.progress import step

_FOLDER = Path(__file__).parent
_NAME = "dask-helm"


def up() -> None:
    """Create the cluster and load the Dask image into its nodes."""
    for name in ("docker", "kind"):
        if not shutil.which(name):
            raise CommandError(f"`make kind` needs {name}, and there is none in PATH.")
    with step(f"building {image.name()}"):
        _build_image()
    with step("creating the cluster"):
        run("kind", "create", "cluster", f"--config={_FOLDER / 'kind.yaml'}")
    with step("loading the image"):
        run("kind", "load", "docker-image", f"--name={_NAME}", image.name())


def _build_image() -> None:
    dockerfile = f"--file={_FOLDER / 'Dockerfile'}"
    run("docker", "build", dockerfile, f"--tag={image.name()}", image.CHECKOUT)
