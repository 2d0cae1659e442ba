"""Where the scheduler of a release is: behind a Service of its own, or elsewhere."""

from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import urlsplit

from dask_helm import labels
from dask_helm.cluster import addresses, pods
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.releases import Release
from dask_helm.errors import ForbiddenError, MissingError, NoReleaseError

# The older chart calls its ports after the release.
_DASHBOARD = 8787
_OLD_NAMES = {labels.COMM_PORT: "-scheduler", labels.DASHBOARD_PORT: "-webui"}


@dataclass(frozen=True)
class Scheduler:
    """A scheduler as the release's objects tell of it.

    `service` is None when it is no Service that may be read; `address` is how workers call it;
    `deployment` is None when the release has no scheduler of its own.
    """

    address: str
    service: Object | None
    deployment: Object | None

    @property
    def host(self) -> str:
        """The host, as it is known inside the cluster."""
        return urlsplit(self.address).hostname or ""

    @property
    def namespace(self) -> str:
        """The namespace of its Service."""
        return str(self.service["metadata"]["namespace"]) if self.service else ""

    def port(self, name: str) -> Object:
        """Return a port of the Service, `labels.COMM_PORT` or `labels.DASHBOARD_PORT`.

        Raises MissingError when the Service has none of that name.
        """
        ports: list[Object] = self.service["spec"].get("ports", []) if self.service else []
        own = urlsplit(self.address).port if name == labels.COMM_PORT else _DASHBOARD
        for port in sorted(ports, key=lambda one: one["port"] == own):
            called = port.get("name", "")
            if called == name or called.endswith(_OLD_NAMES[name]) or port["port"] == own:
                return port
        raise MissingError(f"the Service {self.host} has no port called {name}")

    @property
    def prefix(self) -> str:
        """The path under which its pages are served."""
        given = pods.arguments(self.deployment) if self.deployment else []
        return option(given, "--dashboard-prefix").strip("/")


async def locate(kubernetes: Kubernetes, release: Release, given: str | None = None) -> Scheduler:
    """Return the scheduler of a release; `given` is the address that the user says it has.

    Raises KubernetesError, or NoReleaseError when nothing tells where it is.
    """
    deployments = await kubernetes.labelled("deployments", release.namespace, release.selector)
    found = await kubernetes.labelled("services", release.namespace, release.selector)
    scheme = release.scheme
    for service in found:
        if scheme.component_of(service) == scheme.scheduler:
            own = [one for one in deployments if scheme.component_of(one) == scheme.scheduler]
            return _own(service, own[0] if own else None)
    return await _elsewhere(kubernetes, release, given or _told(release, deployments))


def _own(service: Object, deployment: Object | None) -> Scheduler:
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    found = Scheduler(f"tcp://{host}:0", service, deployment)
    address = f"tcp://{host}:{found.port(labels.COMM_PORT)['port']}"
    return Scheduler(address, service, deployment)


async def _elsewhere(kubernetes: Kubernetes, release: Release, address: str) -> Scheduler:
    return Scheduler(address, await _service(kubernetes, release, address), None)


def _told(release: Release, deployments: list[Object]) -> str:
    """Return the address that the release's workers, or its Jupyter, were given."""
    given = [word for one in deployments for word in _words(one) if addresses.valid(word)]
    if not given:
        raise NoReleaseError(
            f"release {release} has no scheduler, and its pods were not told of one elsewhere. "
            "Write where it is: HelmCluster(…, address='tcp://HOST:8786')"
        )
    return given[0]


def _words(deployment: Object) -> list[str]:
    told = pods.environment(deployment).get("DASK_SCHEDULER_ADDRESS", "")
    return [word.rstrip("/") for word in (*pods.arguments(deployment), told)]


async def _service(kubernetes: Kubernetes, release: Release, address: str) -> Object | None:
    """Return the Service that an address names, None when it is none or may not be read."""
    name, *rest = (urlsplit(address).hostname or "").split(".")
    namespace = rest[0] if rest else release.namespace
    try:
        return await kubernetes.get("services", namespace, name)
    except (ForbiddenError, MissingError):
        return None


def option(arguments: list[str], name: str) -> str:
    """Return what an option is set to, written `--name=value` or `--name value`; "" if not set."""
    for word, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


async def pick(kubernetes: Kubernetes, scheduler: Scheduler, port: Object) -> tuple[str, int]:
    """Return a ready pod behind the scheduler's Service, and the number of a port of it.

    Raises MissingError that says what is wrong with the pods there are.
    """
    chosen: dict[str, str] = (scheduler.service or {}).get("spec", {}).get("selector") or {}
    if not chosen:
        raise MissingError(f"the Service {scheduler.host} names no pods to forward to")
    selector = ",".join(f"{key}={value}" for key, value in chosen.items())
    found = await kubernetes.labelled("pods", scheduler.namespace, selector)
    ready = [pod for pod in found if pods.ready(pod)]
    if not ready:
        raise MissingError(_not_ready(found, scheduler))
    newest = max(ready, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))
    return pods.name(newest), pods.port(newest, port.get("targetPort") or int(port["port"]))


def _not_ready(found: list[Object], scheduler: Scheduler) -> str:
    if not found:
        return f"no pod is behind the Service {scheduler.host}"
    told = [str(pods.trouble(pod) or f"{pods.name(pod)}: {pods.phase(pod)}") for pod in found]
    return f"no scheduler pod is ready: {'; '.join(told)}"
