"""Layers of an image: folders made by running a script on top of other layers."""

import os
import shutil
import stat
from pathlib import Path

from devcluster import cgroups
from devcluster.command import download, run
from devcluster.oci import Layer

_SCRIPT = Path(__file__).parent / "files" / "layer.sh"
_PASSED_ON = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "PIP_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_INDEX_URL",
    "SSL_CERT_FILE",
    "UV_DEFAULT_INDEX",
)


def extend(folder: Path, below: list[Path], shared: Path, script: str) -> Path:
    """Run a script on top of layers (lowest first); return the folder of the files it wrote."""
    stack = ":".join(str(layer) for layer in reversed(below))
    words = ["sh", str(_SCRIPT), str(folder), stack, str(shared), script]
    private = ["unshare", "--mount", "--propagation=private", *words]
    download(*cgroups.joining(private), env=_environment())
    for left_over in ("work", "tmp", "root"):
        shutil.rmtree(folder / left_over)
    return folder / "tree"


def pack(tree: Path, target: Path) -> Layer:
    """Write a folder as a layer; its files keep their owners.

    A device 0:0 stands for a file that the layer removes; in an archive that is a file `.wh.NAME`.
    """
    for path in list(tree.rglob("*")):
        if stat.S_ISCHR(path.lstat().st_mode) and path.lstat().st_rdev == 0:
            path.unlink()
            path.with_name(f".wh.{path.name}").touch()
    run("tar", "--numeric-owner", "--sort=name", "-C", tree, "-cf", target, ".")
    return Layer.of(target)


def _environment() -> dict[str, str]:
    """Return a minimal environment plus the host's settings for reaching package registries."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **passed_on}
