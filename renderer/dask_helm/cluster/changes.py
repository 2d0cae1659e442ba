"""Noticing that pods have changed as soon as they have."""

import asyncio
from contextlib import suppress

from dask_helm.cluster.ending import end
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.errors import KubernetesError, UnavailableError

# So often it is looked whether anything has changed; seldom while the API server tells of it.
OFTEN, SELDOM = 0.25, 2.0
_TOGETHER = 0.05  # changes that come within this time are one


class Changes:
    """Watches pods of a namespace by their labels, while it is used as a context.

    Where they may not be watched, or not any more, one has to look for oneself now and then.
    """

    def __init__(self, kubernetes: Kubernetes, namespace: str, selector: str) -> None:
        self._kubernetes, self._namespace, self._selector = kubernetes, namespace, selector
        self._seen = asyncio.Event()

    @classmethod
    def of(cls, kubernetes: Kubernetes, deployment: Object) -> "Changes":
        """Watch the pods of a Deployment."""
        labels = deployment["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return cls(kubernetes, str(deployment["metadata"]["namespace"]), selector)

    async def __aenter__(self) -> "Changes":
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._watching)

    async def _watch(self) -> None:
        """Watch until that is refused; again when it ends, as it does after a while of silence."""
        with suppress(KubernetesError):
            while True:
                with suppress(UnavailableError):
                    await self._watch_once()
                await asyncio.sleep(OFTEN)

    async def _watch_once(self) -> None:
        async with self._kubernetes.watch("pods", self._namespace, self._selector) as events:
            async for _ in events:
                self._seen.set()

    async def next(self, most: float = SELDOM) -> None:
        """Wait until something has changed, or it is time to look: after so many seconds."""
        pause = min(most, OFTEN) if self._watching.done() else most
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._seen.wait(), pause)
            await asyncio.sleep(_TOGETHER)
        self._seen.clear()
