"""Which releases there are."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

from distributed.utils import LoopRunner

from dask_helm.cluster import releases
from dask_helm.cluster.access import Access, from_auth
from dask_helm.cluster.handle import HelmCluster
from dask_helm.cluster.kubernetes import Kubernetes
from dask_helm.errors import KubeconfigError, KubernetesError

Found = tuple[str, type[HelmCluster]]

_PATIENCE = 4.0  # dask-ctl gives each way to discover clusters 5 s


class Discovery:
    """The names of releases, each with HelmCluster; for both `for` and `async for`.

    Those of the own namespace come first, then those of all others as far as they may be read.
    Nothing is raised, for others discover their clusters, too: without credentials there are no
    releases, and a cluster that cannot be asked is warned of.
    """

    def __init__(self, access: Access, namespace: str | None) -> None:
        self._access, self._namespace = access, namespace

    def __iter__(self) -> Iterator[Found]:
        names = LoopRunner().run_sync(self._names)
        return ((name, HelmCluster) for name in names)

    def __aiter__(self) -> AsyncIterator[Found]:
        return self._found()

    async def _found(self) -> AsyncIterator[Found]:
        for name in await self._names():
            yield name, HelmCluster

    async def _names(self) -> list[str]:
        try:
            return await asyncio.wait_for(self._ask(), _PATIENCE)
        except KubeconfigError:
            return []
        except (KubernetesError, asyncio.TimeoutError) as error:
            said = str(error) or f"no answer within {_PATIENCE:.0f} s"
            warnings.warn(f"No release could be looked for: {said}", stacklevel=2)
            return []

    async def _ask(self) -> list[str]:
        async with Kubernetes(self._access) as kubernetes:
            own = await releases.releases(kubernetes, self._namespace or kubernetes.namespace)
            others = [] if self._namespace else await releases.everywhere(kubernetes)
        return list(dict.fromkeys(map(str, [*own, *others])))


def discover(
    auth: Any = None,
    namespace: str | None = None,
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
) -> Discovery:
    """Return the releases in reach: pairs of `RELEASE.NAMESPACE` and HelmCluster.

    `HelmCluster.from_name` takes such a name. Only those of `namespace` when it is given.
    """
    return Discovery(from_auth(auth, kubeconfig, context), namespace)
