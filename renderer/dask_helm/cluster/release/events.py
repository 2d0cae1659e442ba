"""The events of pods, which explain why pods take long to start."""

import asyncio
import time
from collections.abc import Iterable

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.pods import Trouble
from dask_helm.errors import KubernetesError

# After this time the events of a pod that has not started are read, and again each time it passes.
SLOW_SECONDS = 10.0
# Failures of startup probes are normal until the container has had time to start.
PROBE_SECONDS = 60.0
_STARTUP = "Startup probe failed"


async def events(kubernetes: Kubernetes, namespace: str, pod: str) -> list[Object]:
    """Return the events of a pod, the oldest first, or none if they cannot be read."""
    chosen = {"fieldSelector": f"involvedObject.kind=Pod,involvedObject.name={pod}"}
    try:
        found = await kubernetes.find("events", namespace, chosen)
    except KubernetesError:
        return []

    def time_of(event: Object) -> str:
        given = event.get("lastTimestamp") or event.get("eventTime")
        return str(given or event["metadata"].get("creationTimestamp", ""))

    return sorted(found, key=time_of)


class SlowPods:
    """Finds out by their last event why pods take long to start, if their status does not tell.

    Examples are a missing volume, a network that is not ready, or a failing probe.
    """

    def __init__(self, kubernetes: Kubernetes, namespace: str) -> None:
        self._kubernetes, self._namespace = kubernetes, namespace
        self._due: dict[str, float] = {}
        self._since: dict[str, float] = {}
        self._found: dict[str, Trouble | None] = {}

    async def troubles(self, found: Iterable[Object]) -> list[Trouble]:
        """Return the troubles of those pods that have been starting for long."""
        names = [pods.name(pod) for pod in found if not (pods.ready(pod) or pods.trouble(pod))]
        now = time.monotonic()
        for name in names:
            self._since.setdefault(name, now)
        due = [name for name in names if now > self._due.setdefault(name, now + SLOW_SECONDS)]
        await asyncio.gather(*map(self._ask, due))
        return [trouble for name in names if (trouble := self._found.get(name))]

    async def _ask(self, pod: str) -> None:
        self._due[pod] = time.monotonic() + SLOW_SECONDS
        found = await events(self._kubernetes, self._namespace, pod)
        self._found[pod] = None
        if found and found[-1].get("type") == "Warning":
            message = found[-1].get("message", "").strip()
            is_early = time.monotonic() - self._since[pod] < PROBE_SECONDS
            if is_early and message.startswith(_STARTUP):
                return
            self._found[pod] = Trouble(pod, found[-1].get("reason", ""), message)
