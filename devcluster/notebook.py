"""Images for Jupyter: a stand-in for ghcr.io/dask/dask-notebook, and the packages that it lacks.

notebook    base, environment, and a layer that removes packages and adds the user jovyan
packages    base, and a layer with the wheels of images/jupyter-packages
"""

import shutil
from pathlib import Path

from devcluster import cache, image, layers
from devcluster.oci import Layer

PACKAGES = "localhost/dask-helm-packages:1"
_START = Path(__file__).parent / "files" / "start.sh"
_WHEELS = image.CHECKOUT / "images" / "jupyter-packages" / "wheels.sh"

# The official image lacks these packages; see its Dockerfile in dask/dask-docker.
_LACKING = (
    "aiohappyeyeballs aiohttp aiosignal frozenlist google-re2 jsonschema-rs jupyter-server-proxy"
    " kubernetes_asyncio markdown-it-py mdurl multidict propcache rich simpervisor yarl"
)
_HOME = "/home/jovyan"
_MAKE_NOTEBOOK = f"""
/tools/bin/uv pip uninstall --python /opt/dask/bin/python {_LACKING}
ln -s dask /opt/conda
cp /mnt/prepare.sh /usr/bin/prepare.sh
cp /mnt/start.sh /usr/local/bin/start.sh
chmod 755 /usr/bin/prepare.sh /usr/local/bin/start.sh
mkdir -p {_HOME}/examples
echo '{{"cells": [], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}' \\
    >{_HOME}/examples/from-the-image.ipynb
chown -R 1000:100 {_HOME}
echo "jovyan:x:1000:100::{_HOME}:/bin/sh" >>/etc/passwd
"""
_MAKE_WHEELS = """
sh /mnt/wheels.sh /tools/bin/python /mnt/requirements.txt /wheels
"""
_MAKE_PACKAGES = """
cp -R /mnt/package /tmp/package
cp -R /mnt/wheels /wheels
/tools/bin/python -m pip wheel --no-deps --no-build-isolation -w /wheels /tmp/package
"""
SETTINGS: dict[str, object] = {
    "Entrypoint": ["tini", "-g", "--", "start.sh"],
    "Cmd": ["start.sh", "jupyter", "lab"],
    "User": "1000",
    "WorkingDir": _HOME,
    "Env": [
        "PATH=/opt/conda/bin:/usr/local/bin:/usr/bin:/bin",
        f"HOME={_HOME}",
        "LANG=C.UTF-8",
    ],
}


def name() -> str:
    """Return the name of the stand-in."""
    return image.name().replace("dask:", "dask-notebook:")


def inputs() -> str:
    """Return a hash of the inputs of both upper layers."""
    return cache.digest(_MAKE_NOTEBOOK, _MAKE_PACKAGES, _START, str(SETTINGS), _wheels_inputs())


def build(folder: Path, below: list[Path]) -> Layer:
    """Build the upper layer of the stand-in in a folder."""
    shared = image.share(folder, [image.ENTRY_POINT, _START])
    tree = layers.extend(folder, [*below, image.tools()], shared, _MAKE_NOTEBOOK)
    return layers.pack(tree, folder / "notebook.tar")


def build_packages(folder: Path, below: list[Path]) -> Layer:
    """Build the upper layer of the image with packages in a folder."""
    shared = image.share(folder, [])
    image.copy_package(shared)
    shutil.copytree(_wheels() / "tree" / "wheels", shared / "wheels")
    tree = layers.extend(folder, [*below, image.tools()], shared, _MAKE_PACKAGES)
    return layers.pack(tree, folder / "packages.tar")


def _wheels_inputs() -> str:
    return cache.digest(_MAKE_WHEELS, _WHEELS, image.REQUIREMENTS)


def _wheels() -> Path:
    """Return the folder with the wheels of other projects."""
    return cache.artifact("image-wheels", _wheels_inputs(), _build_wheels)


def _build_wheels(folder: Path) -> None:
    shared = image.share(folder, [_WHEELS, image.REQUIREMENTS])
    layers.extend(folder, [image.base(), image.tools()], shared, _MAKE_WHEELS)
