"""What the Dask image consists of, in layers: what changes often lies on top.

    base         Debian with Python and tini
    environment  /opt/dask with what requirements.txt lists; it belongs to root
    top          the entry point, the user's home, and this package

A layer of tools, which is in no image, helps to build the others.
"""

import re
import shutil
from pathlib import Path

from tests.kubernetes import cache, cgroups, layers
from tests.kubernetes.command import download
from tests.kubernetes.oci import Layer

CHECKOUT = Path(__file__).parents[2]
REQUIREMENTS = CHECKOUT / "requirements.txt"
_ENTRY_POINT = Path(__file__).parent / "files" / "prepare.sh"
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
# With the system's packages in sight pip may fall back to the user's own folder by itself.
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
    """The image's name: its tag is the version of Dask in it."""
    found = re.search(r"^dask==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if not found:
        raise LookupError(f"{REQUIREMENTS} pins no version of dask")
    return f"localhost/dask:{found[1]}"


def base() -> Path:
    """The lowest layer."""
    inputs = cache.digest(_RELEASE, _DEBIAN)
    return cache.artifact("image-base", inputs, _bootstrap) / "tree"


def build_environment(folder: Path) -> Path:
    """Make the layer of the environment."""
    shared = _share(folder, [REQUIREMENTS])
    return layers.extend(folder, [base(), tools()], shared, _MAKE_ENVIRONMENT)


def environment_inputs() -> str:
    """What base and environment are made of."""
    return cache.digest(_RELEASE, _DEBIAN, _TOOLS, _MAKE_ENVIRONMENT, REQUIREMENTS)


def tools() -> Path:
    """What builds the other layers."""
    inputs = cache.digest(_RELEASE, _DEBIAN, _MAKE_TOOLS)
    return cache.artifact("image-tools", inputs, _build_tools) / "tree"


def top_inputs() -> str:
    """What the upper layer is made of."""
    return cache.digest(_MAKE_TOP, _ENTRY_POINT, *(CHECKOUT / part for part in _PACKAGE))


def build_top(folder: Path, below: list[Path]) -> Layer:
    """Make the upper layer."""
    shared = _share(folder, [_ENTRY_POINT])
    package = shared / "package"
    package.mkdir()
    for part in _PACKAGE:
        _copy(CHECKOUT / part, package / part)
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
    layers.extend(folder, [base()], _share(folder, []), _MAKE_TOOLS)


def _share(folder: Path, files: list[Path]) -> Path:
    """A folder with files that a script sees."""
    shared = folder / "shared"
    shared.mkdir(parents=True)
    for file in files:
        shutil.copy(file, shared)
    return shared


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
