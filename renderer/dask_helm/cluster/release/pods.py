"""Reads pods and Deployments: their state, their troubles, their ports and arguments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dask_helm.cluster.api.objects import Object
from dask_helm.text import counted, listed

UNSCHEDULABLE = "Unschedulable"
REFUSED = "FailedCreate"
# For containers in one of these states, waiting longer does not help.
HOPELESS = {
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}


@dataclass(frozen=True)
class Trouble:
    """The reason why a pod does not run, with Kubernetes' message.

    If no pod could be created, `pod` is the name of the Deployment.
    """

    pod: str
    reason: str
    message: str = ""
    container: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The identity of the trouble."""
        return self.pod, self.reason

    @property
    def hopeless(self) -> bool:
        """Whether waiting longer does not help."""
        return self.reason in HOPELESS

    def __str__(self) -> str:
        return f"{self.pod}: {self.reason}" + (f": {self.message}" if self.message else "")


def grouped(troubles: Iterable[Trouble]) -> list[tuple[Trouble, str]]:
    """Return the first trouble of each cause, with a text about all pods that have it."""
    groups: dict[tuple[str, ...], list[Trouble]] = {}
    for one in troubles:
        # Words that contain the pod's name, also with its number, are different for each pod.
        cause = re.sub(rf"\S*{re.escape(one.pod)}\S*", "", one.message)
        groups.setdefault((one.reason, one.container, cause), []).append(one)
    found = []
    for first, *others in groups.values():
        names = [first.pod, *(one.pod for one in others)]
        about = f"{counted(names, 'pod')} ({listed(names, 3)})" if others else first.pod
        found.append((first, str(replace(first, pod=about))))
    return found


def name(pod: Object) -> str:
    """Return the name of a pod."""
    found: str = pod["metadata"]["name"]
    return found


def leaving(pod: Object) -> bool:
    """Return whether a pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def ended(pod: Object) -> bool:
    """Return whether a pod has ended for good; evicted ones stay listed."""
    return phase(pod) in ("Succeeded", "Failed")


def living(pods: Iterable[Object]) -> list[Object]:
    """Return the pods that a Deployment counts as its replicas."""
    return [pod for pod in pods if not (leaving(pod) or ended(pod))]


def ready(pod: Object) -> bool:
    """Return whether a pod has the condition Ready and is not being deleted."""
    return not leaving(pod) and (_condition(pod, "Ready") or {}).get("status") == "True"


def running(pod: Object) -> bool:
    """Return whether all containers of a pod run, ready or not, and it is not being deleted."""
    states = [one.get("state", {}) for one in pod.get("status", {}).get("containerStatuses", [])]
    return phase(pod) == "Running" and not leaving(pod) and all("running" in one for one in states)


def running_containers(pod: Object) -> list[str]:
    """Return the names of the containers of a pod that run."""
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return [one["name"] for one in statuses if "running" in one.get("state", {})]


def phase(pod: Object) -> str:
    """Return the phase of a pod."""
    return str(pod.get("status", {}).get("phase", "Unknown"))


def trouble(pod: Object) -> Trouble | None:
    """Return why a pod is not ready, None when it is ready or only starting."""
    if ready(pod):
        return None
    status, own = pod.get("status", {}), name(pod)
    scheduled = _condition(pod, "PodScheduled") or {}
    if scheduled.get("reason") == UNSCHEDULABLE:
        return Trouble(own, UNSCHEDULABLE, scheduled.get("message", ""))
    kinds = ("initContainerStatuses", "containerStatuses")
    for container in (one for kind in kinds for one in status.get(kind, [])):
        waiting = container.get("state", {}).get("waiting") or {}
        if (reason := waiting.get("reason")) in HOPELESS:
            last = container.get("lastState", {}).get("terminated") or {}
            if reason == "CrashLoopBackOff" and last.get("exitCode") == 0:
                reason = "BackOff"  # it ended in order, such as a worker without a scheduler
            return Trouble(own, reason, waiting.get("message", ""), container["name"])
    if ended(pod):
        return Trouble(own, status.get("reason") or phase(pod), status.get("message", ""))
    return None


def refusal(deployment: Object) -> Trouble | None:
    """Return why a Deployment cannot create pods (a quota, a policy), None when it can."""
    failed = _condition(deployment, "ReplicaFailure") or {}
    if (failed.get("status"), failed.get("reason")) != ("True", REFUSED):
        return None
    return Trouble(name(deployment), REFUSED, failed.get("message", ""))


def _condition(found: Object, kind: str) -> Object | None:
    conditions = found.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), None)


def port(pod: Object, wanted: str | int) -> int:
    """Return the number of a container's port, also of a named one. Raises LookupError."""
    if isinstance(wanted, int):
        return wanted
    ports = [one for each in pod["spec"]["containers"] for one in each.get("ports", [])]
    found = [one["containerPort"] for one in ports if one.get("name") == wanted]
    if not found:
        raise LookupError(f"Pod {name(pod)} has no port named {wanted}")
    return int(found[0])


def count_ports(deployment: Object, name: str) -> int:
    """Return how many ports of the first container have this name, or this name and a number."""
    ports = _first_container(deployment).get("ports", [])
    return sum(one.get("name", "").rstrip("0123456789").rstrip("-") == name for one in ports)


def arguments(found: Object) -> list[str]:
    """Return command and arguments of the first container of a pod, or of a Deployment's pods."""
    container = _first_container(found)
    return [*container.get("command", []), *container.get("args", [])]


def image(found: Object) -> str | None:
    """Return the image of the first container of a pod, or of a Deployment's pods."""
    name: str | None = _first_container(found).get("image")
    return name


def environment(found: Object) -> dict[str, str]:
    """Return the environment variables of the first container that have a plain value."""
    variables = _first_container(found).get("env", [])
    return {one["name"]: one["value"] for one in variables if "value" in one}


def _first_container(found: Object) -> Object:
    """Return the first container of a pod, or of a Deployment's pods."""
    container: Object = found["spec"].get("template", found)["spec"]["containers"][0]
    return container
