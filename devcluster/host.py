"""The requirements of the host: Linux, root, namespaces, and Debian packages."""

import os
import platform
import shutil
from pathlib import Path

from devcluster.command import download, run, succeeds
from devcluster.errors import UnusableError
from devcluster.progress import step

# Debian package -> a file that proves it is installed (another package may have installed it).
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
# `apt-get update` succeeds even if it reaches no registry. Its output then explains why the
# installation fails.
_INSTALL = 'apt-get update && apt-get install -y --no-install-recommends "$@"'
_SERVICES = {"containerd": "containerd", "etcd-server": "etcd"}


def require_linux() -> None:
    """Raise `UnusableError` unless this is Linux, which has namespaces and control groups."""
    if platform.system() != "Linux":
        raise UnusableError(f"a local Kubernetes needs Linux, and this is {platform.system()}")


def require_root() -> None:
    """Raise `UnusableError` unless run as root: only root may create these namespaces."""
    if os.geteuid() != 0:
        raise UnusableError("a local Kubernetes needs root; try again with `sudo`")


def require_namespaces() -> None:
    """Raise `UnusableError` if root may not create namespaces, as in some containers."""
    if not succeeds(lambda: run("unshare", "--mount", "--net", "--pid", "--fork", "true")):
        raise UnusableError("a local Kubernetes needs a root who may make namespaces")


def install_packages() -> None:
    """Install the Debian packages that are missing."""
    missing = sorted(name for name, proof in _PACKAGES.items() if not Path(proof).exists())
    if missing:
        with step(f"installing {', '.join(missing)}"):
            _apt_get(missing)


def _apt_get(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        raise UnusableError(f"apt-get, which installs {', '.join(packages)}, was not found")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    download("sh", "-c", _INSTALL, "sh", *packages, env=environment)
    _stop_services([_SERVICES[name] for name in packages if name in _SERVICES])


def _stop_services(names: list[str]) -> None:
    """Disable the services that two of the packages start under systemd: nothing here uses them."""
    if names and Path("/run/systemd/system").is_dir():
        run("systemctl", "disable", "--now", *names)
