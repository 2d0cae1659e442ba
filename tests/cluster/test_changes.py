"""Changes are noticed when they happen, and looked for where nobody tells of them."""

import asyncio
import time

from dask_helm.cluster.changes import OFTEN, Changes

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
    assert seconds_of_next(FakeKubernetes()) < 10


def test_what_may_not_be_watched_is_looked_at() -> None:
    kubernetes = FakeKubernetes()
    kubernetes.forbidden.add(("here", "pods"))
    assert OFTEN <= seconds_of_next(kubernetes) < 10


def test_silence_is_no_reason_to_wait_for_ever() -> None:
    kubernetes = FakeKubernetes()
    kubernetes.is_silent = True
    assert 0.3 <= seconds_of_next(kubernetes, most=0.3) < 10
