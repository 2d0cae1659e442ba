"""Waits for changes of pods: with a watch or, if that is not allowed, by polling."""

import asyncio
from contextlib import suppress

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.tasks import end
from dask_helm.errors import KubernetesError, UnavailableError

# How often to poll without a watch, and with a watch, which can miss a change.
POLL_SECONDS, WATCH_SECONDS = 0.25, 2.0
_BATCH_SECONDS = 0.05  # changes within this time count as one


class Changes:
    """Watches the pods of a namespace with some labels, while it is entered."""

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
        """Watch until the API server rejects it; restart a watch that breaks or times out."""
        with suppress(KubernetesError):
            while True:
                with suppress(UnavailableError):
                    async with self._kubernetes.watch(
                        "pods", self._namespace, self._selector
                    ) as events:
                        async for _ in events:
                            self._seen.set()
                await asyncio.sleep(POLL_SECONDS)

    async def next(self, most: float = WATCH_SECONDS) -> None:
        """Wait for a change, but not longer than `most` seconds."""
        pause = min(most, POLL_SECONDS) if self._watching.done() else most
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._seen.wait(), pause)
            await asyncio.sleep(_BATCH_SECONDS)
        self._seen.clear()
