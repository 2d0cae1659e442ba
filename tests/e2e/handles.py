"""A handle of a release on the test cluster, and an observer that does not use what it uses."""

import gc
import re
import tempfile
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dask_helm import HelmCluster, labels
from kubernetes import client, config

from demo.release import Release


def arguments(release: Release) -> dict[str, Any]:
    """Return what names a release for HelmCluster."""
    return {
        "namespace": release.namespace,
        "kubeconfig": str(release.target.kubeconfig),
        "context": release.target.context,
    }


def handle(release: Release, **more: Any) -> HelmCluster:
    """Return a handle of a release."""
    return HelmCluster(release.name, **{**arguments(release), "quiet": True, **more})


@dataclass(frozen=True)
class Observer:
    """What the official client sees of a release."""

    release: Release

    @cached_property
    def _api(self) -> Any:
        target = self.release.target
        return config.new_client_from_config(str(target.kubeconfig), target.context)

    def deployment(self, component: str, pool: str | None = None) -> Any:
        """Return the one Deployment with these labels."""
        selector = labels.selector(self.release.name, component, pool)
        apps = client.AppsV1Api(self._api)
        (found,) = apps.list_namespaced_deployment(
            self.release.namespace, label_selector=selector
        ).items
        return found

    def replicas(self, pool: str = "default") -> int:
        """Return how many pods a pool is to have."""
        return int(self.deployment(labels.WORKER, pool).spec.replicas)

    def pods(self, component: str, pool: str | None = None) -> dict[str, Any]:
        """Return the pods with these labels that are not about to go, by name."""
        selector = labels.selector(self.release.name, component, pool)
        core = client.CoreV1Api(self._api)
        found = core.list_namespaced_pod(self.release.namespace, label_selector=selector).items
        return {one.metadata.name: one for one in found if not one.metadata.deletion_timestamp}


def listening() -> set[str]:
    """Return the addresses that this process listens on, from the kernel's own table."""
    own = {link for link in map(_link, Path("/proc/self/fd").iterdir()) if link}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


def sockets() -> set[str]:
    """Return the sockets that this process has open."""
    links = map(_link, Path("/proc/self/fd").iterdir())
    return {link for link in links if re.match("socket:", link)}


def traces() -> dict[str, Any]:
    """Return what a handle could leave: threads, sockets, files with credentials."""
    gc.collect()
    files = {str(path) for path in Path(tempfile.gettempdir()).iterdir() if path.is_file()}
    threads = {thread.name for thread in threading.enumerate()}
    return {"threads": threads, "sockets": sockets(), "files": files}


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:
        return ""
