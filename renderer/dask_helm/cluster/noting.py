"""What Kubernetes noted of pods, above all of those that take long to start."""

import asyncio
import time
from collections.abc import Iterable

from dask_helm.cluster import pods
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.pods import Trouble
from dask_helm.errors import KubernetesError

# A pod that has not started for so long is asked about, and again after as long.
_LONG = 10.0


async def events(kubernetes: Kubernetes, namespace: str, pod: str) -> list[Object]:
    """Return what Kubernetes noted of a pod, the oldest first; nothing if it may not be read."""
    chosen = {"fieldSelector": f"involvedObject.kind=Pod,involvedObject.name={pod}"}
    try:
        found = await kubernetes.find("events", namespace, chosen)
    except KubernetesError:
        return []
    return sorted(found, key=_when)


def _when(event: Object) -> str:
    given = event.get("lastTimestamp") or event.get("eventTime")
    return str(given or event["metadata"].get("creationTimestamp", ""))


class Slow:
    """Pods whose status says no more than that they start: what was warned of last tells why.

    A volume that is missing, a network that is not there yet, a probe that fails.
    """

    def __init__(self, kubernetes: Kubernetes, namespace: str) -> None:
        self._kubernetes, self._namespace = kubernetes, namespace
        self._due: dict[str, float] = {}
        self._found: dict[str, Trouble | None] = {}

    async def troubles(self, found: Iterable[Object]) -> list[Trouble]:
        """Return what keeps pods of these that have been starting for long."""
        names = [pods.name(pod) for pod in found if not (pods.ready(pod) or pods.trouble(pod))]
        await asyncio.gather(*map(self._ask, filter(self._is_due, names)))
        return [trouble for name in names if (trouble := self._found.get(name))]

    def _is_due(self, pod: str) -> bool:
        return time.monotonic() > self._due.setdefault(pod, time.monotonic() + _LONG)

    async def _ask(self, pod: str) -> None:
        self._due[pod] = time.monotonic() + _LONG
        last = (await events(self._kubernetes, self._namespace, pod))[-1:]
        warned = [one for one in last if one.get("type") == "Warning"]
        self._found[pod] = _trouble(pod, warned[0]) if warned else None


def _trouble(pod: str, event: Object) -> Trouble:
    return Trouble(pod, event.get("reason", ""), event.get("message", "").strip())
