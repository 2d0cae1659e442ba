"""The open connections of a handle: to the API server, the scheduler and the web pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from distributed.security import Security

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.forward import Forward
from dask_helm.cluster.connect import pages, scheduler, tls
from dask_helm.cluster.connect.pages import Jupyter
from dask_helm.cluster.connect.routes import FURTHER_PAGES_PORTS, Route, RouteOptions, Router
from dask_helm.cluster.connect.scheduler import Scheduler
from dask_helm.cluster.release import discovery, pools
from dask_helm.cluster.release.discovery import Release, ReleaseQuery
from dask_helm.cluster.release.pools import View


@dataclass(frozen=True)
class Settings:
    """The user's arguments: credentials, release, route and TLS."""

    access: Access
    query: ReleaseQuery
    options: RouteOptions
    security: Any = None


@dataclass
class Outside:
    """A release as the API server describes it, for commands that need no scheduler.

    `jupyter` is a port-forward, opened when Jupyter's address is first requested.
    """

    kubernetes: Kubernetes
    release: Release
    jupyter: Forward | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> View:
        """Return the present state of the release, without workers. Raises NoReleaseError."""
        return await pools.view(self.kubernetes, self.release, {})

    async def find_jupyter(self) -> Jupyter:
        """Return the running Jupyter. Raises MissingError when it is absent."""
        return await pages.jupyter(self.kubernetes, self.release)

    async def jupyter_link(self, found: Jupyter, local_port: int = 0) -> str:
        """Return Jupyter's address on this machine.

        `local_port` is the preferred port of a port-forward, 0 for any free port.
        """
        if found.link:
            return found.link
        async with self.lock:
            if self.jupyter is None:
                self.jupyter = Forward(
                    self.kubernetes,
                    self.release.namespace,
                    found.pick,
                    local_port,
                    FURTHER_PAGES_PORTS,
                )
                await self.jupyter.start()
        return f"http://{self.jupyter.address}{found.path}"

    async def close(self) -> None:
        """Close the port-forward to Jupyter and the connection with the API server."""
        if self.jupyter:
            await self.jupyter.stop()
        await self.kubernetes.close()


@dataclass
class Connection(Outside):
    """An open connection with the scheduler of a release."""

    scheduler: Scheduler = field(kw_only=True)
    security: Security | None = field(kw_only=True)
    route: Route = field(kw_only=True)
    dashboard: str = ""

    async def close(self) -> None:
        """Close everything."""
        await self.route.close()
        await super().close()


@asynccontextmanager
async def outside(access: Access, query: ReleaseQuery) -> AsyncIterator[Outside]:
    """Yield the one release that matches. Raises ClusterError."""
    async with Kubernetes(access) as kubernetes:
        found = Outside(kubernetes, await discovery.find(kubernetes, query))
        try:
            yield found
        finally:
            await found.close()


async def connect(settings: Settings) -> Connection:
    """Find a release and connect to its scheduler. On failure, close all and raise ClusterError."""
    kubernetes, address = Kubernetes(settings.access), settings.options.address
    async with AsyncExitStack() as on_failure:
        on_failure.push_async_callback(kubernetes.close)
        await kubernetes.open()
        release = await discovery.find(kubernetes, settings.query)
        found = await scheduler.locate(kubernetes, release, address)
        security = await tls.security(kubernetes, found, settings.security, address)
        router = Router(
            kubernetes,
            str(release),
            found,
            settings.options,
            protocol=tls.protocol(found, security),
            connection_args=tls.connection_args(security),
        )
        route = await router.connect()
        on_failure.push_async_callback(route.close)
        link = await pages.dashboard(router, route, release)
        on_failure.pop_all()
    return Connection(
        kubernetes, release, scheduler=found, security=security, route=route, dashboard=link
    )
