"""The contents of the Dask image, in layers; the layer that changes often is on top.

    base         Debian with Python and tini
    environment  /opt/dask with the packages of requirements.txt; it belongs to root
    top          the entry point, the user's home, and this package

A layer of tools builds the others and is not part of any image.
"""

import re
import shutil
from pathlib import Path

from devcluster import cache, cgroups, layers
from devcluster.command import download
from devcluster.oci import Layer

CHECKOUT = Path(__file__).parents[1]
REQUIREMENTS = CHECKOUT / "requirements.txt"
ENTRY_POINT = Path(__file__).parent / "files" / "prepare.sh"
_PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "renderer", "chart", "schemas", "values")
_RELEASE = "bookworm"
_DEBIAN = "python3,python3-venv,tini,ca-certificates"
_TOOLS = "uv==0.13.8 hatchling==1.33.0"
_HOME = "/home/dask"
_USER = 1000

_MAKE_TOOLS = f"""
python3 -m venv /tools
/tools/bin/pip install --no-cache-dir {_TOOLS}
"""
# With --system-site-packages, pip can fall back to installing into the user's own folder.
_MAKE_ENVIRONMENT = """
python3 -m venv --system-site-packages /opt/dask
/tools/bin/uv pip install --no-cache --compile-bytecode --python /opt/dask/bin/python \\
    -r /mnt/requirements.txt
cd /opt/dask/lib/python3*/site-packages
rm -rf pandas/tests pyarrow/tests pyarrow/include
"""
_MAKE_TOP = f"""
cp -R /mnt/package /tmp/package
cp /mnt/prepare.sh /usr/bin/prepare.sh
chmod 755 /usr/bin/prepare.sh
mkdir -p {_HOME}
chown {_USER}:{_USER} {_HOME}
echo "dask:x:{_USER}:{_USER}::{_HOME}:/bin/sh" >>/etc/passwd
echo "dask:x:{_USER}:" >>/etc/group
/tools/bin/python -m pip wheel --no-deps --no-build-isolation -w /tmp/wheel /tmp/package
/opt/dask/bin/pip install --no-deps --no-cache-dir /tmp/wheel/*.whl
"""
SETTINGS: dict[str, object] = {
    "Entrypoint": ["tini", "-g", "--", "/usr/bin/prepare.sh"],
    "Cmd": ["python"],
    "User": f"{_USER}:{_USER}",
    "WorkingDir": _HOME,
    "Env": [
        "PATH=/opt/dask/bin:/usr/local/bin:/usr/bin:/bin",
        f"HOME={_HOME}",
        "LANG=C.UTF-8",
        "PYTHONUNBUFFERED=1",
    ],
}


def name() -> str:
    """Return the image's name; its tag is the version of Dask in the image."""
    found = re.search(r"^dask==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if not found:
        raise LookupError(f"{REQUIREMENTS} does not pin a version of dask")
    return f"localhost/dask:{found[1]}"


def base() -> Path:
    """Return the folder of the lowest layer."""
    inputs = cache.digest(_RELEASE, _DEBIAN)
    return cache.artifact("image-base", inputs, _bootstrap) / "tree"


def build_environment(folder: Path) -> Path:
    """Build the environment layer in a folder and return its tree."""
    shared = share(folder, [REQUIREMENTS])
    return layers.extend(folder, [base(), tools()], shared, _MAKE_ENVIRONMENT)


def environment_inputs() -> str:
    """Return a hash of the inputs of the base and environment layers."""
    return cache.digest(_RELEASE, _DEBIAN, _TOOLS, _MAKE_ENVIRONMENT, REQUIREMENTS)


def tools() -> Path:
    """Return the folder of the layer with the tools that build the other layers."""
    inputs = cache.digest(_RELEASE, _DEBIAN, _MAKE_TOOLS)
    return cache.artifact("image-tools", inputs, _build_tools) / "tree"


def top_inputs() -> str:
    """Return a hash of the inputs of the top layer."""
    return cache.digest(_MAKE_TOP, ENTRY_POINT, *(CHECKOUT / part for part in _PACKAGE))


def build_top(folder: Path, below: list[Path]) -> Layer:
    """Build the top layer in a folder."""
    shared = share(folder, [ENTRY_POINT])
    copy_package(shared)
    tree = layers.extend(folder, [*below, tools()], shared, _MAKE_TOP)
    return layers.pack(tree, folder / "top.tar")


def _bootstrap(folder: Path) -> None:
    tree = folder / "tree"
    words = ["debootstrap", "--variant=minbase", f"--include={_DEBIAN}", _RELEASE, str(tree)]
    download(*cgroups.joining(words))
    for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man"):
        shutil.rmtree(tree / waste)
        (tree / waste).mkdir()
    (tree / "etc/resolv.conf").write_text("")


def _build_tools(folder: Path) -> None:
    layers.extend(folder, [base()], share(folder, []), _MAKE_TOOLS)


def share(folder: Path, files: list[Path]) -> Path:
    """Create a folder with copies of the files, which a layer's script sees at /mnt."""
    shared = folder / "shared"
    shared.mkdir(parents=True)
    for file in files:
        shutil.copy(file, shared)
    return shared


def copy_package(shared: Path) -> None:
    """Copy the sources of this package into the folder `package`."""
    package = shared / "package"
    package.mkdir()
    for part in _PACKAGE:
        source, target = CHECKOUT / part, package / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
