"""All that is open while a handle is: the API server, the way to the scheduler, its pages."""

import asyncio
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from distributed.security import Security
from distributed.utils import format_dashboard_link

from dask_helm import labels
from dask_helm.cluster import releases, scheduler, tls
from dask_helm.cluster.access import Access
from dask_helm.cluster.forwarding import Forward
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.reaching import Route, Seeker
from dask_helm.cluster.releases import Release, Wanted
from dask_helm.cluster.scheduler import Scheduler
from dask_helm.cluster.ways import Wish
from dask_helm.errors import KubernetesError


@dataclass(frozen=True)
class Settings:
    """What the user says: whose credentials, which release, by which way, with which TLS."""

    access: Access
    wanted: Wanted
    wish: Wish
    security: Any = None


@dataclass
class Connection:
    """An open connection."""

    kubernetes: Kubernetes
    release: Release
    scheduler: Scheduler
    security: Security | None
    route: Route
    dashboard: str = ""
    jupyter: Forward | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # of what is opened later

    async def close(self) -> None:
        """Close all of it."""
        if self.jupyter:
            await self.jupyter.stop()
        await self.route.close()
        await self.kubernetes.close()


async def connect(settings: Settings) -> Connection:
    """Find the release and reach its scheduler. Raises ClusterError; then nothing stays open."""
    kubernetes = Kubernetes(settings.access)
    try:
        await kubernetes.open()
        return await _connect(kubernetes, settings)
    except BaseException:
        await kubernetes.close()
        raise


async def _connect(kubernetes: Kubernetes, settings: Settings) -> Connection:
    release = await releases.find(kubernetes, settings.wanted)
    found = await scheduler.locate(kubernetes, release, settings.wish.address)
    address = settings.wish.address
    security = await tls.security(kubernetes, found, settings.security, address)
    arguments = security.get_connection_args("client") if security else {}
    protocol = tls.protocol(found, security)
    seeker = Seeker(kubernetes, str(release), found, settings.wish, protocol, arguments)
    route = await seeker.reach()
    try:
        link = await _dashboard(seeker, route, release)
    except BaseException:
        await route.close()
        raise
    return Connection(kubernetes, release, found, security, route, link)


async def _dashboard(seeker: Seeker, route: Route, release: Release) -> str:
    """Return the address of the dashboard, as it can be opened from here; "" when it cannot."""
    inside = seeker.kubernetes.access.in_pod
    if not inside and (link := await ingress(seeker.kubernetes, release, _PAGES)):
        return f"{link}/status"
    try:
        host, port = await seeker.pages(route)
    except (KubernetesError, LookupError, OSError):
        return ""
    return str(format_dashboard_link(host, "/".join(filter(None, (port, seeker.scheduler.prefix)))))


async def ingress(kubernetes: Kubernetes, release: Release, components: Container[str]) -> str:
    """Return the address that an Ingress gives a component; "" if none, or if it may not be read.

    Reading Ingresses is no right that the handle needs, so that it is not asked for.
    """
    try:
        found = await kubernetes.labelled("ingresses", release.namespace, release.selector)
    except KubernetesError:
        return ""
    own = [one for one in found if release.scheme.component_of(one) in components]
    return next(filter(None, map(_link, own)), "")


_PAGES = (labels.SCHEDULER, "webui")


def _link(ingress: Object) -> str:
    rule = (ingress["spec"].get("rules") or [{}])[0]
    if not (rule.get("host") and rule.get("http")):
        return ""
    path = rule["http"]["paths"][0].get("path", "").strip("/")
    protocol = "https" if ingress["spec"].get("tls") else "http"
    return "/".join(filter(None, (f"{protocol}://{rule['host']}", path)))
