"""A real scheduler lets workers go on when nobody renews their lease."""

import ast
import asyncio
import pickle
import pickletools
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from dask_helm.cluster.scaling import leases, remote
from dask_helm.cluster.scaling.leases import Lease
from dask_helm.cluster.scaling.remote import shipped
from distributed import Scheduler, Worker, rpc

# A busy machine may stand still for longer than a third of this.
SECONDS = 2.0
NO_DASHBOARD: dict[str, Any] = {"dashboard": False, "port": 0, "host": "127.0.0.1"}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", SECONDS)


class Retired:
    """Workers of a scheduler that has been asked to retire them."""

    def __init__(self, scheduler: Scheduler, workers: list[Worker], comm: Any) -> None:
        self.workers, self.comm = workers, comm
        self.addresses = tuple(worker.address for worker in workers)
        self.metadata: dict[str, Any] = scheduler.task_metadata
        self.retired = 0

    async def retire(self) -> None:
        self.retired += 1
        asked = {"workers": list(self.addresses), "remove": False, "close_workers": False}
        await self.comm.retire_workers(**asked)

    def lease(self, *addresses: str) -> Lease:
        return Lease(self.comm, addresses or self.addresses, self.retire)

    @property
    def statuses(self) -> list[str]:
        return [worker.status.name for worker in self.workers]

    async def become(self, *statuses: str) -> None:
        """Wait for these; AssertionError after a minute."""
        for _ in range(6000):
            if self.statuses == list(statuses):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.statuses)


DRAINED, RUNNING = "closing_gracefully", "running"


@asynccontextmanager
async def retired() -> AsyncIterator[Retired]:
    async with (
        Scheduler(**NO_DASHBOARD) as scheduler,
        Worker(scheduler.address, nthreads=1) as one,
        Worker(scheduler.address, nthreads=1) as two,
        Worker(scheduler.address, nthreads=1),
        rpc(scheduler.address) as comm,
    ):
        found = Retired(scheduler, [one, two], comm)
        await found.retire()
        await found.become(DRAINED, DRAINED)
        yield found


async def killed(lease: Lease) -> None:
    """Enter a lease and do nothing more, as a process that was killed."""
    await lease.__aenter__()
    assert lease._renewing
    lease._renewing.cancel()


async def _runs_out() -> None:
    async with retired() as found:
        await killed(found.lease())
        await found.become(RUNNING, RUNNING)
        assert found.metadata == {"dask-helm-leases": {}}


async def _is_renewed_and_given_back() -> None:
    async with retired() as found:
        async with found.lease():
            await asyncio.sleep(2 * SECONDS)
            assert found.statuses == [DRAINED, DRAINED]
        assert found.metadata == {"dask-helm-leases": {}}
        await asyncio.sleep(1.5 * SECONDS)
        assert found.statuses == [DRAINED, DRAINED], "who gives it back tells them what to do"
        assert found.retired == 1


async def _is_taken_over() -> None:
    async with retired() as found:
        first, _ = found.addresses
        await killed(found.lease())
        async with found.lease(first):
            await found.become(DRAINED, RUNNING)
            await asyncio.sleep(1.5 * SECONDS)
            assert found.statuses == [DRAINED, RUNNING]


async def _sleeps_and_wakes() -> None:
    async with retired() as found:
        lease = found.lease()
        await killed(lease)
        await found.become(RUNNING, RUNNING)
        lease._renewing = asyncio.ensure_future(lease._renew())
        await found.become(DRAINED, DRAINED)
        assert found.retired == 2
        await lease.__aexit__()


async def _has_no_scheduler_any_more() -> None:
    async with retired() as found:
        lease = found.lease()
        await lease.__aenter__()
    await lease.__aexit__()


async def _is_of_nobody() -> None:
    async with retired() as found, Lease(found.comm, (), found.retire):
        assert not found.metadata


@pytest.mark.parametrize(
    "scenario",
    [
        *(_runs_out, _is_renewed_and_given_back, _is_taken_over, _sleeps_and_wakes),
        *(_has_no_scheduler_any_more, _is_of_nobody),
    ],
)
def test_a_lease_that(scenario: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 300))


def test_what_is_sent_is_text_that_older_pythons_read() -> None:
    sent = shipped(remote.resume, addresses=["tcp://nobody:1"])
    (text,) = re.findall(
        r'"""Functions that run at .*', pickletools_text(sent["function"]), re.DOTALL
    )
    tree = ast.parse(text, feature_version=(3, 8))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, "module", None) or node.names[0].name for node in imported}
    standard = {name for name in names if name in sys.stdlib_module_names}
    needed = {"distributed.protocol.pickle", "distributed.worker_state_machine"}
    assert names - standard == needed
    received = pickle.loads(sent["function"])
    assert received is not remote.resume, "it is compiled where it is received"
    received(**pickle.loads(sent["kwargs"]), dask_scheduler=SimpleNamespace(workers={}))


def pickletools_text(pickled: bytes) -> str:
    """Return the longest text in a pickle."""
    texts = [given for _, given, _ in pickletools.genops(pickled) if isinstance(given, str)]
    return max(texts, key=len)


def test_workers_run_what_is_sent() -> None:
    async def scenario() -> None:
        async with (
            Scheduler(**NO_DASHBOARD) as scheduler,
            Worker(scheduler.address, nthreads=1) as worker,
            rpc(scheduler.address) as comm,
        ):
            asked = shipped(remote.give_back, addresses=[worker.address])
            answers = await comm.broadcast(msg={"op": "run", **asked})
            assert answers == {worker.address: {"status": "OK", "result": None}}

    asyncio.run(asyncio.wait_for(scenario(), 30))
