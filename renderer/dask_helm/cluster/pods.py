"""What the status of a pod says, and of a Deployment that can make none, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dask_helm.cluster.kubernetes import Object

UNSCHEDULABLE = "Unschedulable"
REFUSED = "FailedCreate"
# Containers that wait for one of these do not start by waiting longer.
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
    """Why a pod does not run: Kubernetes' word for it, and what it says.

    Where there is no pod, for none may be made, `pod` is the Deployment.
    """

    pod: str
    reason: str
    message: str = ""
    container: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By which it is known again."""
        return self.pod, self.reason

    @property
    def hopeless(self) -> bool:
        """Whether waiting alone will not mend it."""
        return self.reason in HOPELESS

    def __str__(self) -> str:
        return f"{self.pod}: {self.reason}" + (f": {self.message}" if self.message else "")


def name(pod: Object) -> str:
    """Return a pod's name."""
    found: str = pod["metadata"]["name"]
    return found


def leaving(pod: Object) -> bool:
    """Whether a pod is about to go."""
    return "deletionTimestamp" in pod["metadata"]


def ended(pod: Object) -> bool:
    """Whether a pod has run and never will again; an evicted one stays listed."""
    return phase(pod) in ("Succeeded", "Failed")


def living(pods: Iterable[Object]) -> list[Object]:
    """Return the pods that a Deployment counts."""
    return [pod for pod in pods if not (leaving(pod) or ended(pod))]


def ready(pod: Object) -> bool:
    """Whether a pod reports the condition Ready, and stays."""
    return not leaving(pod) and (_condition(pod, "Ready") or {}).get("status") == "True"


def phase(pod: Object) -> str:
    """Return a pod's phase."""
    return str(pod.get("status", {}).get("phase", "Unknown"))


def trouble(pod: Object) -> Trouble | None:
    """Return why a pod is not ready, None when it is or is only starting."""
    if ready(pod):
        return None
    return next(_troubles(pod), None)


def refusal(deployment: Object) -> Trouble | None:
    """Return why a Deployment may make no more pods: a quota, a policy; None when it may."""
    failed = _condition(deployment, "ReplicaFailure") or {}
    if (failed.get("status"), failed.get("reason")) != ("True", REFUSED):
        return None
    return Trouble(name(deployment), REFUSED, failed.get("message", ""))


def _troubles(pod: Object) -> Iterator[Trouble]:
    status, own = pod.get("status", {}), name(pod)
    scheduled = _condition(pod, "PodScheduled") or {}
    if scheduled.get("reason") == UNSCHEDULABLE:
        yield Trouble(own, UNSCHEDULABLE, scheduled.get("message", ""))
    for container in _containers(pod):
        waiting = container.get("state", {}).get("waiting") or {}
        if waiting.get("reason") in HOPELESS:
            yield Trouble(own, waiting["reason"], waiting.get("message", ""), container["name"])
    if ended(pod):
        yield Trouble(own, status.get("reason") or phase(pod), status.get("message", ""))


def _containers(pod: Object) -> list[Object]:
    status = pod.get("status", {})
    return [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]


def _condition(found: Object, kind: str) -> Object | None:
    conditions = found.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), None)


def port(pod: Object, wanted: str | int) -> int:
    """Return the number of a container's port, which may be given by name. Raises LookupError."""
    if isinstance(wanted, int):
        return wanted
    ports = [one for each in pod["spec"]["containers"] for one in each.get("ports", [])]
    found = [one["containerPort"] for one in ports if one.get("name") == wanted]
    if not found:
        raise LookupError(f"pod {name(pod)} has no port called {wanted}")
    return int(found[0])


def count_ports(deployment: Object, name: str) -> int:
    """Return how many ports of the first container are called so, or so with a number."""
    ports = deployment["spec"]["template"]["spec"]["containers"][0].get("ports", [])
    return sum(one.get("name", "").rstrip("0123456789").rstrip("-") == name for one in ports)


def arguments(found: Object) -> list[str]:
    """Return command and arguments of the first container of a pod or a Deployment's pods."""
    spec = found["spec"].get("template", found)["spec"]
    container = spec["containers"][0]
    return [*container.get("command", []), *container.get("args", [])]


def environment(found: Object) -> dict[str, str]:
    """Return the plain environment variables of the first container, as `arguments` does."""
    spec = found["spec"].get("template", found)["spec"]
    variables = spec["containers"][0].get("env", [])
    return {one["name"]: one["value"] for one in variables if "value" in one}
