"""A release as the API server alone knows it: for what has to work without a scheduler."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dask_helm.cluster import pools, releases
from dask_helm.cluster.access import Access
from dask_helm.cluster.forwarding import Forward
from dask_helm.cluster.kubernetes import Kubernetes
from dask_helm.cluster.logs import Reader
from dask_helm.cluster.pools import View
from dask_helm.cluster.releases import Release, Wanted


@dataclass
class Outside:
    """A release, an open session with its API server, and a port-forward to Jupyter, if any."""

    kubernetes: Kubernetes
    release: Release
    jupyter: Forward | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> View:
        """Return the release as it is now, as if no worker ran. Raises NoReleaseError."""
        return await pools.view(self.kubernetes, self.release, {})

    @property
    def reader(self) -> Reader:
        """What reads the logs of its pods."""
        return Reader(self.kubernetes, self.release.namespace)


@asynccontextmanager
async def opened(access: Access, wanted: Wanted) -> AsyncIterator[Outside]:
    """Yield the one release that is meant. Raises ClusterError."""
    async with Kubernetes(access) as kubernetes:
        found = Outside(kubernetes, await releases.find(kubernetes, wanted))
        try:
            yield found
        finally:
            if found.jupyter:
                await found.jupyter.stop()
