"""Noticing that pods have changed as soon as they have."""

import asyncio
from contextlib import suppress

from dask_helm.cluster.ending import end
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.errors import KubernetesError

# So often it is looked whether anything has changed; seldom while the API server tells of it.
_PAUSE, _LONG_PAUSE = 0.25, 2.0


class Changes:
    """Watches the pods of a Deployment, while it is used as a context.

    Where they may not be watched, or not any more, one has to look for oneself now and then.
    """

    def __init__(self, kubernetes: Kubernetes, deployment: Object) -> None:
        self._kubernetes = kubernetes
        self._namespace = str(deployment["metadata"]["namespace"])
        labels = deployment["spec"]["selector"]["matchLabels"]
        self._selector = ",".join(f"{key}={value}" for key, value in labels.items())
        self._seen = asyncio.Event()

    async def __aenter__(self) -> "Changes":
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._watching)

    async def _watch(self) -> None:
        with suppress(KubernetesError):
            async with self._kubernetes.watch("pods", self._namespace, self._selector) as events:
                async for _ in events:
                    self._seen.set()

    async def next(self) -> None:
        """Wait until something has changed, or it is time to look."""
        pause = _PAUSE if self._watching.done() else _LONG_PAUSE
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._seen.wait(), pause)
        self._seen.clear()
