"""Discovers the accessible releases, for dask-ctl and for users."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

from distributed.utils import LoopRunner

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access, from_auth
from dask_helm.cluster.handle import HelmCluster
from dask_helm.cluster.release import discovery
from dask_helm.errors import KubeconfigError, KubernetesError

Found = tuple[str, type[HelmCluster]]

TIMEOUT_SECONDS = 4.0  # dask-ctl stops each discovery after 5 s


class Discovery:
    """The names of releases, each with HelmCluster; for both `for` and `async for`.

    Releases of the own namespace come first, then all others that can be listed. Errors are not
    raised, because other packages discover their clusters at the same time: without credentials,
    the result is empty; if the API server does not answer, there is a warning.
    """

    def __init__(self, access: Access, namespace: str | None) -> None:
        self._access, self._namespace = access, namespace

    def __iter__(self) -> Iterator[Found]:
        names = LoopRunner().run_sync(self._names)
        return ((name, HelmCluster) for name in names)

    async def __aiter__(self) -> AsyncIterator[Found]:
        for name in await self._names():
            yield name, HelmCluster

    async def _names(self) -> list[str]:
        try:
            return await asyncio.wait_for(self._ask(), TIMEOUT_SECONDS)
        except KubeconfigError:
            return []
        except (KubernetesError, asyncio.TimeoutError) as error:
            reason = str(error) or f"No answer within {TIMEOUT_SECONDS:.0f} s"
            warnings.warn(f"Cannot discover releases: {reason}", stacklevel=2)
            return []

    async def _ask(self) -> list[str]:
        async with Kubernetes(self._access) as kubernetes:
            own = await discovery.releases(kubernetes, self._namespace or kubernetes.namespace)
            others = [] if self._namespace else await discovery.everywhere(kubernetes)
        return list(dict.fromkeys(map(str, [*own, *others])))


def discover(
    auth: Any = None,
    namespace: str | None = None,
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
) -> Discovery:
    """Return the accessible releases: pairs of `RELEASE.NAMESPACE` and HelmCluster.

    `HelmCluster.from_name` takes such a name. With `namespace`, only releases of that namespace.
    """
    return Discovery(from_auth(auth, kubeconfig, context), namespace)
