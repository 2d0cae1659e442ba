"""What the real machine has to be, and what it has to have installed."""

import os
import platform
import shutil
from pathlib import Path

from tests.kubernetes.command import download, run, succeeds
from tests.kubernetes.errors import UnusableError
from tests.kubernetes.progress import step

# Debian package -> a file that shows it is there (another package may have brought it).
_PACKAGES = {
    "containerd": "/usr/bin/containerd",
    "runc": "/usr/sbin/runc",
    "containernetworking-plugins": "/usr/lib/cni/ptp",
    "etcd-server": "/usr/bin/etcd",
    "iptables": "/usr/sbin/iptables",
    "conntrack": "/usr/sbin/conntrack",
    "iproute2": "/sbin/ip",
    "util-linux": "/usr/bin/nsenter",
    "mount": "/usr/bin/mount",
    "openssl": "/usr/bin/openssl",
    "debootstrap": "/usr/sbin/debootstrap",
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
}
# An update that reaches no registry is no failure to apt-get; what it said then explains the next.
_INSTALL = 'apt-get update && apt-get install -y --no-install-recommends "$@"'
_SERVICES = {"containerd": "containerd", "etcd-server": "etcd"}


def require_linux() -> None:
    """Namespaces and control groups are Linux's own."""
    if platform.system() != "Linux":
        raise UnusableError(f"a local Kubernetes needs Linux, and this is {platform.system()}")


def require_root() -> None:
    """Only root may make namespaces with mounts and networks."""
    if os.geteuid() != 0:
        raise UnusableError("a local Kubernetes needs root; try again with `sudo`")


def require_namespaces() -> None:
    """Root of a container may lack what root of a machine has."""
    if not succeeds(lambda: run("unshare", "--mount", "--net", "--pid", "--fork", "true")):
        raise UnusableError("a local Kubernetes needs a root who may make namespaces")


def install_packages() -> None:
    """Install the Debian packages that are not there yet."""
    missing = sorted(name for name, proof in _PACKAGES.items() if not Path(proof).exists())
    if missing:
        with step(f"installing {', '.join(missing)}"):
            _apt_get(missing)


def _apt_get(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        raise UnusableError(f"no apt-get to install {', '.join(packages)} with")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    download("sh", "-c", _INSTALL, "sh", *packages, env=environment)
    _stop_services([_SERVICES[name] for name in packages if name in _SERVICES])


def _stop_services(names: list[str]) -> None:
    """Nothing here uses the services that two of the packages start where systemd runs."""
    if names and Path("/run/systemd/system").is_dir():
        run("systemctl", "disable", "--now", *names)
