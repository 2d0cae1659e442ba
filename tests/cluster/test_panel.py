"""The factory of the Dask panel, with a real scheduler."""

import asyncio
from pathlib import Path

import pytest
from dask_helm.cluster import panel
from dask_helm.errors import NoReleaseError, UnreachableError
from distributed import Scheduler

from tests.cluster.server import ObjectServer
from tests.cluster.test_handle import LOCAL, OBJECTS
from tests.ports import free_ports


def test_a_scheduler_that_starts_later_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "_PAUSE_SECONDS", 0.1)
    server = ObjectServer(tmp_path, *OBJECTS)
    (port,) = free_ports(1)
    where = {"kubeconfig": str(server.kubeconfig), "address": f"tcp://127.0.0.1:{port}"}

    async def scenario() -> None:
        attaching = asyncio.ensure_future(panel.attached(**where, asynchronous=True))
        await asyncio.sleep(2)
        assert not attaching.done()
        async with Scheduler(port=port, **LOCAL) as scheduler:
            cluster = await attaching
            assert cluster.scheduler_info["id"] == scheduler.id
            await cluster.close()

    asyncio.run(asyncio.wait_for(scenario(), 120))
    monkeypatch.setattr(panel, "_WAIT_SECONDS", 0.2)
    with pytest.raises(UnreachableError, match=r"Connect call failed|refused"):
        asyncio.run(panel.attached(**where, asynchronous=True))
    with pytest.raises(NoReleaseError):
        asyncio.run(panel.attached("other", **where, asynchronous=True))
    server.stop()
