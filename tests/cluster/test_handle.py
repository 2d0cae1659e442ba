"""The whole handle: a real scheduler, and an API server that has a few objects."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import dask
import pytest
from dask_helm import HelmCluster, labels
from dask_helm.errors import LostError
from distributed import Client, Scheduler, Worker
from distributed.security import Security
from distributed.versions import get_versions

from tests.cluster.fakes import deployment, ours, pod, thing
from tests.cluster.server import ObjectServer

LOCAL: dict[str, Any] = {"dashboard_address": ":0", "host": "127.0.0.1"}
OWN, JUPYTER, POOL = ours("r", "scheduler"), ours("r", "jupyter"), ours("r", "worker", "default")
PORTS = [{"name": labels.COMM_PORT, "port": 8786}, {"name": labels.DASHBOARD_PORT, "port": 8787}]
NAMED = {"spec": {"containers": [{"name": "main"}]}}
OBJECTS = [
    deployment("r-dask-scheduler", OWN),
    deployment("r-dask-worker", POOL),
    deployment("r-dask-jupyter", JUPYTER),
    thing("services", "r-dask-scheduler", OWN, spec={"ports": PORTS, "selector": OWN}),
    pod("s", OWN, creationTimestamp="now") | NAMED,
    pod("w", POOL) | NAMED,
    pod("j", JUPYTER) | NAMED,
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObjectServer]:
    opened = ObjectServer(tmp_path, *OBJECTS)
    yield opened
    opened.stop()


@asynccontextmanager
async def connected(
    server: ObjectServer, settings: dict[str, Any] | None = None, **more: Any
) -> AsyncIterator[HelmCluster]:
    """Yield a handle of a scheduler in this process."""
    async with Scheduler(**LOCAL, **(settings or {})) as scheduler:
        where = {"kubeconfig": str(server.kubeconfig), "address": scheduler.address}
        given: dict[str, Any] = {**where, "asynchronous": True, "quiet": True, **more}
        async with HelmCluster(**given) as cluster:
            yield cluster


def test_other_versions_are_warned_of(
    server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(packages: list[str]) -> Any:
        found = get_versions(packages)
        return {**found, "packages": {**found["packages"], "dask": "2020.1.0"}}

    async def scenario() -> None:
        async with connected(server):
            pass

    asyncio.run(scenario())  # no warning, which would be an error here
    monkeypatch.setattr("dask_helm.cluster.versions.get_versions", older)
    with pytest.warns(UserWarning, match=r"dask: client 2020\.1\.0, scheduler .*\n.*pip install"):
        asyncio.run(scenario())


def test_a_scheduler_that_goes_while_versions_are_asked(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:

            async def gone(**_: Any) -> None:
                await scheduler.close()
                raise OSError("gone")

            scheduler.handlers["versions"] = gone
            where = {"kubeconfig": str(server.kubeconfig), "address": scheduler.address}
            with pytest.raises(LostError, match="does not answer any more"):
                await HelmCluster(**where, asynchronous=True, quiet=True)

    asyncio.run(scenario())


def test_certificates_of_the_configuration(server: ObjectServer, tmp_path: Path) -> None:
    """The release's objects do not tell of TLS; the address does."""
    own = Security.temporary()
    texts = {
        "ca-file": own.tls_ca_file,
        "client.cert": own.tls_client_cert,
        "client.key": own.tls_client_key,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = {f"distributed.comm.tls.{name}": str(tmp_path / name) for name in texts}

    async def scenario() -> None:
        async with connected(server, {"security": own, "protocol": "tls"}) as cluster:
            assert cluster.scheduler_address.startswith("tls://")
            async with Client(cluster, asynchronous=True) as client:
                assert client.scheduler_info()["id"] == cluster.scheduler_info["id"]

    with dask.config.set(files):
        asyncio.run(scenario())


def test_one_string_is_one(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with connected(server) as cluster:
            found = await cluster.get_versions(packages="pytest")
            assert found["client"]["packages"]["pytest"]
            starting = Worker(
                cluster.scheduler_address, nthreads=1, name="w", dashboard_address=":0"
            )
            async with starting as worker:
                logs = await cluster.get_logs(
                    cluster=False, scheduler=False, workers=worker.address
                )
                assert logs == {"w": "-"}
                assert await cluster.get_logs(cluster=False, scheduler=False, workers="x") == {}

    asyncio.run(scenario())


def test_one_port_leads_to_jupyter_however_often_it_is_asked_for(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with connected(server) as cluster:
            links = await asyncio.gather(*(cluster.jupyter_link for _ in range(3)))
            assert links == [await cluster.jupyter_link] * 3
            port = int(links[0].rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(scenario())


def test_pages_beside_a_port_forward_of_the_users_are_not_those_of_its_host(
    server: ObjectServer,
) -> None:
    """This API server forwards nothing, so that no way leads to them."""

    async def scenario() -> str:
        async with connected(server) as cluster:
            return str(cluster.dashboard_link)

    assert asyncio.run(scenario()) == ""
    rules: list[dict[str, Any]] = [{"host": "h"}]
    server.kubernetes.objects.append(thing("ingresses", "i", OWN, spec={"rules": rules}))
    assert asyncio.run(scenario()) == ""
    rules[0]["http"] = {"paths": [{"path": "/dask"}]}
    assert asyncio.run(scenario()) == "http://h/dask/status"
