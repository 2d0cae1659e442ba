"""What the real machine has to be, and what it has to have installed."""

import os
import platform
import shutil

from tests.kubernetes.command import download, run
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
_SERVICES = {"containerd": "containerd", "etcd-server": "etcd"}


def require_linux() -> None:
    """Namespaces and control groups are Linux's own."""
    if platform.system() != "Linux":
        raise UnusableError(f"a local Kubernetes needs Linux, and this is {platform.system()}")


def require_root() -> None:
    """Only root may make namespaces with mounts and networks."""
    if os.geteuid() != 0:
        raise UnusableError("a local Kubernetes needs root; try again with `sudo`")


def install_packages() -> None:
    """Install the Debian packages that are not there yet."""
    missing = sorted(name for name, proof in _PACKAGES.items() if not os.path.exists(proof))
    if missing:
        with step(f"installing {', '.join(missing)}"):
            _apt_get(missing)


def _apt_get(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        raise UnusableError(f"no apt-get to install {', '.join(packages)} with")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    download("apt-get", "update", env=environment)
    download("apt-get", "install", "-y", "--no-install-recommends", *packages, env=environment)
    _stop_services([_SERVICES[name] for name in packages if name in _SERVICES])


def _stop_services(names: list[str]) -> None:
    """Nothing here uses the services that two of the packages start where systemd runs."""
    if names and os.path.isdir("/run/systemd/system"):
        run("systemctl", "disable", "--now", *names)
