"""The addresses of the dashboard and of Jupyter that work on this machine."""

import base64
import re
from collections.abc import Container
from dataclasses import dataclass
from urllib.parse import quote

from distributed.utils import format_dashboard_link

from dask_helm import labels
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.connect.routes import Route, Router
from dask_helm.cluster.connect.scheduler import option
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.discovery import Release
from dask_helm.errors import KubernetesError, MissingError

_JUPYTER_PORT = 8888
_LOG_BYTES = "1000000"
_TOKEN = re.compile(r"[?&]token=([0-9a-f]{32,})\b")  # Jupyter prints only a token of its own
_DASHBOARD_COMPONENTS = (labels.SCHEDULER, "webui")


async def dashboard(router: Router, route: Route, release: Release) -> str:
    """Return the address of the dashboard, or "" if it cannot be reached."""
    kubernetes = router.kubernetes
    if not kubernetes.access.in_pod:
        link = await published_dashboard(kubernetes, release)
        if link:
            return link
    try:
        host, port = await router.pages(route)
    except (KubernetesError, LookupError, OSError):
        return ""
    path = "/".join(filter(None, (port, router.scheduler.prefix)))
    return str(format_dashboard_link(host, path))


async def published_dashboard(kubernetes: Kubernetes, release: Release) -> str:
    """Return the address of the dashboard at its Ingress, or "" without one."""
    link = await ingress(kubernetes, release, _DASHBOARD_COMPONENTS)
    return f"{link}/status" if link else ""


@dataclass(frozen=True)
class Login:
    """The token of a Jupyter, None if it cannot be read, and a command that prints it."""

    token: str | None
    command: str

    def added_to(self, url: str) -> str:
        """Return the address with the token, which logs a browser in; unchanged without a token."""
        return f"{url.rstrip('/')}/?token={quote(self.token, safe='')}" if self.token else url


@dataclass(frozen=True)
class Jupyter:
    """A running Jupyter: a pod, the address of its Ingress ("" without one), and its path."""

    kubernetes: Kubernetes
    release: Release
    pod: Object
    link: str
    path: str

    async def pick(self) -> tuple[str, int]:
        """Return a ready pod of Jupyter and its port. Raises MissingError."""
        pod = await _ready_jupyter(self.kubernetes, self.release)
        ports: list[Object] = pod["spec"]["containers"][0].get("ports") or []
        named = [one for one in ports if one.get("name") == labels.JUPYTER_PORT] or ports
        return pods.name(pod), int(named[0]["containerPort"]) if named else _JUPYTER_PORT

    async def login(self) -> Login:
        """Return the token: that of a Secret, or the random one in Jupyter's log."""
        namespace, container = self.release.namespace, self.pod["spec"]["containers"][0]
        variables = {one["name"]: one for one in container.get("env", [])}
        variable: Object = variables.get("JUPYTER_TOKEN", {})
        if secret := variable.get("valueFrom", {}).get("secretKeyRef"):
            key = secret["key"].replace(".", "\\.")
            named = f"kubectl -n {namespace} get secret {secret['name']}"
            command = f"{named} -o jsonpath='{{.data.{key}}}' | base64 -d"
        else:
            command = f"kubectl -n {namespace} exec {pods.name(self.pod)} -- jupyter server list"
        try:
            token = variable.get("value") or await self._token(container["name"], secret)
        except KubernetesError:
            token = None
        return Login(token, command)

    async def _token(self, container: str, secret: Object | None) -> str | None:
        namespace = self.release.namespace
        if secret:
            found = await self.kubernetes.get("secrets", namespace, secret["name"])
            data = found.get("data") or {}
            return base64.b64decode(data.get(secret["key"], "")).decode().strip() or None
        params = {"container": container, "limitBytes": _LOG_BYTES}
        log = await self.kubernetes.log(namespace, pods.name(self.pod), params)
        return next(reversed(_TOKEN.findall(log)), None)


async def jupyter(kubernetes: Kubernetes, release: Release) -> Jupyter:
    """Return the Jupyter of a release. Raises MissingError if no pod is ready."""
    pod = await _ready_jupyter(kubernetes, release)
    link = await ingress(kubernetes, release, (release.scheme.jupyter,))
    path = option(pods.arguments(pod), "--ServerApp.base_url") or "/"
    return Jupyter(kubernetes, release, pod, link, path)


async def _ready_jupyter(kubernetes: Kubernetes, release: Release) -> Object:
    scheme = release.scheme
    found = await kubernetes.labelled("pods", release.namespace, release.pods)
    own = [pod for pod in found if scheme.component_of(pod) == scheme.jupyter]
    for pod in own:
        if pods.ready(pod):
            return pod
    why = "; ".join(str(pods.trouble(pod) or pods.name(pod)) for pod in own) or "no pod found"
    raise MissingError(f"No Jupyter pod of {release} is ready: {why}")


async def ingress(kubernetes: Kubernetes, release: Release, components: Container[str]) -> str:
    """Return the address of a component's Ingress, or "" if there is none or it cannot be read.

    The handle works without the permission to read Ingresses.
    """
    try:
        found = await kubernetes.labelled("ingresses", release.namespace, release.selector)
    except KubernetesError:
        return ""
    for one in found:
        rule = (one["spec"].get("rules") or [{}])[0]
        if release.scheme.component_of(one) in components and rule.get("host") and rule.get("http"):
            path = rule["http"]["paths"][0].get("path", "").strip("/")
            protocol = "https" if one["spec"].get("tls") else "http"
            return "/".join(filter(None, (f"{protocol}://{rule['host']}", path)))
    return ""
