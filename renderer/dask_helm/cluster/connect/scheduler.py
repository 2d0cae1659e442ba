"""Locates the scheduler of a release: behind its own Service, or elsewhere."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import urlsplit

from dask_helm import labels
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.connect import addresses
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.discovery import Release
from dask_helm.errors import ForbiddenError, KubernetesError, MissingError, NoReleaseError, hint

_DASHBOARD_PORT = 8787
_MANY_RESTARTS = 3
# The suffixes of port names in the older chart; their prefix is the name of the release.
_OLD_NAMES = {labels.COMM_PORT: "-scheduler", labels.DASHBOARD_PORT: "-webui"}


@dataclass(frozen=True)
class Scheduler:
    """A scheduler, as the objects of the release describe it.

    `address` is the address that workers use. `service` is None if the address does not belong to a
    readable Service, `deployment` is None if the release has no scheduler of its own.
    """

    address: str
    service: Object | None
    deployment: Object | None

    @property
    def host(self) -> str:
        """The host name inside the cluster."""
        return urlsplit(self.address).hostname or ""

    @property
    def namespace(self) -> str:
        """The namespace of its Service."""
        return str(self.service["metadata"]["namespace"]) if self.service else ""

    def port(self, name: str) -> Object:
        """Return a port of the Service, `labels.COMM_PORT` or `labels.DASHBOARD_PORT`.

        Raises MissingError if the Service has no such port.
        """
        ports: list[Object] = self.service["spec"].get("ports", []) if self.service else []
        own = urlsplit(self.address).port if name == labels.COMM_PORT else _DASHBOARD_PORT
        for port in sorted(ports, key=lambda one: one["port"] == own):
            called = port.get("name", "")
            if called == name or called.endswith(_OLD_NAMES[name]) or port["port"] == own:
                return port
        raise MissingError(f"Service {self.host} has no port named {name}")

    @property
    def prefix(self) -> str:
        """The path under which its web pages are served."""
        given = pods.arguments(self.deployment) if self.deployment else []
        return option(given, "--dashboard-prefix").strip("/")


async def locate(kubernetes: Kubernetes, release: Release, given: str | None = None) -> Scheduler:
    """Return the scheduler of a release; `given` is an address from the user.

    Raises KubernetesError, or NoReleaseError if the address is unknown.
    """
    deployments = await kubernetes.labelled("deployments", release.namespace, release.selector)
    services = await kubernetes.labelled("services", release.namespace, release.selector)
    scheme = release.scheme
    for service in services:
        if scheme.component_of(service) == scheme.scheduler:
            own = [one for one in deployments if scheme.component_of(one) == scheme.scheduler]
            deployment = own[0] if own else None
            host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
            port = Scheduler(f"tcp://{host}:0", service, deployment).port(labels.COMM_PORT)["port"]
            return Scheduler(f"tcp://{host}:{port}", service, deployment)
    address = given or _configured(release, deployments)
    name, *rest = (urlsplit(address).hostname or "").split(".")
    try:
        namespace = rest[0] if rest else release.namespace
        return Scheduler(address, await kubernetes.get("services", namespace, name), None)
    except (ForbiddenError, MissingError):
        return Scheduler(address, None, None)


def _configured(release: Release, deployments: list[Object]) -> str:
    """Return the address that the pods of the release are configured with."""
    for deployment in deployments:
        variable = pods.environment(deployment).get("DASK_SCHEDULER_ADDRESS", "")
        for word in (*pods.arguments(deployment), variable):
            if addresses.valid(word.rstrip("/")):
                return word.rstrip("/")
    raise NoReleaseError(
        f"Release {release} has no scheduler, and its pods are configured with no address",
        hint=hint("Give its address: {}", address="tcp://HOST:8786"),
    )


def option(arguments: list[str], name: str) -> str:
    """Return the value of an option, in the form `--name=value` or `--name value`; "" if unset."""
    for word, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _selector(scheduler: Scheduler) -> str:
    """Return the selector of the scheduler's Service. Raises MissingError if it has none."""
    chosen: dict[str, str] = (scheduler.service or {}).get("spec", {}).get("selector") or {}
    if not chosen:
        raise MissingError(f"Service {scheduler.host} selects no pods to forward to")
    return ",".join(f"{key}={value}" for key, value in chosen.items())


async def hopeless(kubernetes: Kubernetes, scheduler: Scheduler) -> str:
    """Return why the scheduler will not answer although one waits; "" if it may.

    Only a scheduler of the release itself is looked at, as far as the user may read pods.
    """
    if scheduler.deployment is None:
        return ""
    name = pods.name(scheduler.deployment)
    if scheduler.deployment["spec"].get("replicas") == 0:
        return f"Deployment {name} is scaled to 0 pods"
    with suppress(KubernetesError):
        found = await kubernetes.labelled("pods", scheduler.namespace, _selector(scheduler))
        if not any(map(_may_answer, found)):
            return "; ".join(str(one) for pod in found if (one := pods.trouble(pod)))
    return ""


def _may_answer(pod: Object) -> bool:
    """Return whether the scheduler in a pod may answer soon; sidecars do not matter."""
    trouble = pods.trouble(pod)
    own = pod["spec"]["containers"][0]["name"]
    statuses = pod.get("status", {}).get("containerStatuses", [])
    restarts = [one.get("restartCount", 0) for one in statuses if one["name"] == own]
    if not trouble or not trouble.hopeless or trouble.container != own:
        return True
    # The kubelet's first delays are short.
    return trouble.reason == "CrashLoopBackOff" and max(restarts, default=0) < _MANY_RESTARTS


async def pick(kubernetes: Kubernetes, scheduler: Scheduler, port: Object) -> tuple[str, int]:
    """Return a pod behind the scheduler's Service, and the number of one of its ports.

    Ready pods are preferred; the scheduler in a running pod that is not ready may be busy. Raises
    MissingError with the reason if no pod is usable.
    """
    found = await kubernetes.labelled("pods", scheduler.namespace, _selector(scheduler))
    running = [pod for pod in found if pods.running(pod)]
    if not found:
        raise MissingError(f"There is no pod behind Service {scheduler.host}")
    if not running:
        why = [str(pods.trouble(pod) or f"{pods.name(pod)}: {pods.phase(pod)}") for pod in found]
        raise MissingError(f"No scheduler pod is running: {'; '.join(why)}")
    newest = max(
        running, key=lambda pod: (pods.ready(pod), str(pod["metadata"]["creationTimestamp"]))
    )
    return pods.name(newest), pods.port(newest, port.get("targetPort") or int(port["port"]))
