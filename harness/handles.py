"""Handles of a release on the test cluster, and an observer that does not share their code."""

import gc
import re
import tempfile
import threading
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from dask_helm import HelmCluster, labels
from dask_helm.cluster.scaling.scale import COST
from kubernetes import client, config, watch

from harness.release import Release

SMALL = {"requests": {"cpu": "20m", "memory": "150Mi"}, "limits": {"cpu": 1, "memory": "500Mi"}}


def arguments(release: Release) -> dict[str, Any]:
    """Return the arguments of HelmCluster that locate a release."""
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
    """The state of a release, read with the official Kubernetes client."""

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
        """Return the desired number of pods of a pool."""
        return int(self.deployment(labels.WORKER, pool).spec.replicas)

    def pods(self, component: str, pool: str | None = None) -> dict[str, Any]:
        """Return the pods with these labels by name, without pods that are being deleted."""
        selector = labels.selector(self.release.name, component, pool)
        core = client.CoreV1Api(self._api)
        found = core.list_namespaced_pod(self.release.namespace, label_selector=selector).items
        return {one.metadata.name: one for one in found if not one.metadata.deletion_timestamp}

    @property
    def version(self) -> str:
        """The cluster's current resource version, from which its history can be read."""
        core = client.CoreV1Api(self._api)
        return str(core.list_namespaced_pod(self.release.namespace).metadata.resource_version)

    def marks(self, pool: str, version: str) -> dict[str, tuple[str, int]]:
        """Return each pod's deletion cost set since a version, and the version that set it."""
        states = self._history(client.CoreV1Api(self._api).list_namespaced_pod, pool, version)
        return {
            one.metadata.name: (cost, int(one.metadata.resource_version))
            for one in reversed(states)
            if (cost := (one.metadata.annotations or {}).get(COST))
        }

    def sizes(self, pool: str, version: str) -> dict[int, int]:
        """Return the sizes of a pool since a version, and the version at which each began."""
        apps = client.AppsV1Api(self._api)
        states = self._history(apps.list_namespaced_deployment, pool, version)
        return {one.spec.replicas: int(one.metadata.resource_version) for one in reversed(states)}

    def steps(self, pool: str, version: str) -> list[int]:
        """Return the sizes of a pool since a version, in order."""
        apps = client.AppsV1Api(self._api)
        states = self._history(apps.list_namespaced_deployment, pool, version)
        return [size for size, _ in groupby(one.spec.replicas for one in states)]

    def _history(self, kind: Any, pool: str, version: str) -> list[Any]:
        """Return all states of a pool's objects since a version, oldest first."""
        selector = labels.selector(self.release.name, labels.WORKER, pool)
        asked = {"label_selector": selector, "resource_version": version, "timeout_seconds": 5}
        events = watch.Watch().stream(kind, self.release.namespace, **asked)
        return [event["object"] for event in events]


def listening() -> set[str]:
    """Return the addresses that this process listens on, from the kernel's table."""
    own = sockets()
    return {row[1] for row in _connections() if row[3] == "0A" and _socket(row) in own}


def sockets() -> set[str]:
    """Return the open sockets of this process."""
    links = map(_link, Path("/proc/self/fd").iterdir())
    return {link for link in links if re.match("socket:", link)}


def described(socket: str) -> str:
    """Return the local and remote address (in hexadecimal) of a socket, and its state."""
    found = [" ".join(row[1:4]) for row in _connections() if _socket(row) == socket]
    return " ".join([socket, *(found or ["is not in /proc/net/tcp"])])


def _connections() -> list[list[str]]:
    return [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]


def _socket(row: list[str]) -> str:
    return f"socket:[{row[9]}]"


def traces() -> dict[str, set[str]]:
    """Return everything a handle could leave behind: threads, sockets, files with credentials."""
    gc.collect()
    files = {str(path) for path in Path(tempfile.gettempdir()).iterdir() if path.is_file()}
    threads = {thread.name for thread in threading.enumerate()}
    return {"threads": threads, "sockets": sockets(), "files": files}


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:
        return ""
