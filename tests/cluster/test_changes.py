"""Changes are noticed when they happen, and looked for where nobody tells of them."""

import asyncio
import time

import pytest
from dask_helm.cluster import changes
from dask_helm.cluster.changes import Changes

from tests.cluster.fakes import FakeKubernetes, deployment, ours

POOL = deployment("w", ours("r", "worker", "default"))


def seconds_of_next(kubernetes: FakeKubernetes) -> float:
    async def run() -> float:
        async with Changes(kubernetes, POOL) as seen:  # type: ignore[arg-type]
            await asyncio.sleep(0.05)
            started = time.monotonic()
            await seen.next()
            return time.monotonic() - started

    return asyncio.run(run())


def test_what_is_watched_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_LONG_PAUSE", 60)
    assert seconds_of_next(FakeKubernetes()) < 10


def test_what_may_not_be_watched_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_LONG_PAUSE", 60)
    kubernetes = FakeKubernetes()
    kubernetes.forbidden.add(("here", "pods"))
    assert changes._PAUSE <= seconds_of_next(kubernetes) < 10


def test_silence_is_no_reason_to_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_LONG_PAUSE", 0.3)
    kubernetes = FakeKubernetes()
    kubernetes.is_silent = True
    assert 0.3 <= seconds_of_next(kubernetes) < 10
