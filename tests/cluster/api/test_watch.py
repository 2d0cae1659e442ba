"""Changes are noticed when they happen, and looked for where nobody tells of them."""

import asyncio
import time
from collections.abc import AsyncIterator

from dask_helm.cluster.api.watch import POLL_SECONDS, Changes
from dask_helm.errors import UnavailableError

from tests.cluster.fakes import FakeKubernetes, deployment, ours

POOL = deployment("w", ours("r", "worker", "default"))


def seconds_of_next(kubernetes: FakeKubernetes, most: float = 60) -> float:
    async def run() -> float:
        async with Changes.of(kubernetes, POOL) as seen:  # type: ignore[arg-type]
            await asyncio.sleep(0.05)
            started = time.monotonic()
            await seen.next(most)
            return time.monotonic() - started

    return asyncio.run(run())


def test_what_is_watched_is_known_at_once() -> None:
    assert seconds_of_next(FakeKubernetes()) < 50


def test_what_may_not_be_watched_is_looked_at() -> None:
    kubernetes = FakeKubernetes()
    kubernetes.forbidden.add(("here", "pods"))
    assert POLL_SECONDS <= seconds_of_next(kubernetes) < 50


def test_silence_is_no_reason_to_wait_for_ever() -> None:
    kubernetes = FakeKubernetes()
    kubernetes.is_silent = True
    assert 0.3 <= seconds_of_next(kubernetes, most=0.3) < 50


class Breaking(FakeKubernetes):
    """Its first watch breaks off."""

    breaks = 1

    async def _events(self) -> AsyncIterator[str]:
        self.breaks -= 1
        if self.breaks >= 0:
            raise UnavailableError("silence")
        async for event in super()._events():
            yield event


def test_a_watch_that_breaks_off_begins_again() -> None:
    kubernetes = Breaking()
    kubernetes.is_silent = True
    assert seconds_of_next(kubernetes, most=1) >= 0.9, "it need not be looked at often"
