"""What answers at an address, and whether it is a scheduler."""

import asyncio
import socket
import time
from typing import Any

import pytest
from dask_helm import labels
from dask_helm.cluster.connect.routes import PORT_FORWARD, Route, RouteOptions, Router
from dask_helm.cluster.connect.scheduler import Scheduler as Where
from dask_helm.errors import UnreachableError
from distributed import Scheduler, Worker
from distributed.security import Security

from tests.cluster.fakes import FakeKubernetes, Object, ours, pod, running, thing

LOCAL: dict[str, Any] = {"dashboard_address": ":0", "host": "127.0.0.1"}
QUIET: dict[str, Any] = {"nthreads": 1, "dashboard_address": ":0", "host": "127.0.0.1"}


def router(address: str, arguments: dict[str, Any] | None = None) -> Router:
    where, options = Where(address, None, None), RouteOptions(address=address)
    protocol = address.partition("://")[0]
    fake: Any = FakeKubernetes()
    return Router(fake, "r.here", where, options, protocol, arguments or {})


async def reached(address: str, arguments: dict[str, Any] | None = None) -> str:
    route: Route = await router(address, arguments).connect()
    await route.close()
    return route.address


def test_a_scheduler() -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            assert await reached(scheduler.address) == scheduler.address

    asyncio.run(scenario())


def test_web_pages_prefer_a_local_port() -> None:
    async def scenario() -> None:
        service = thing(
            "services", "r", {}, spec={"ports": [{"port": 8787}], "selector": {"a": "b"}}
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            wanted = free.getsockname()[1]
        fake: Any = FakeKubernetes()
        where = Where("tcp://r.here.svc:8786", service, None)
        options = RouteOptions(pages_port=wanted)
        route = Route(PORT_FORWARD, "tcp://127.0.0.1:1")
        opened = Router(fake, "r.here", where, options, "tcp", {})
        assert await opened.pages(route) == ("127.0.0.1", str(wanted))
        await route.close()

    asyncio.run(scenario())


def test_a_worker_is_no_scheduler() -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler, Worker(scheduler.address, **QUIET) as worker:
            with pytest.raises(UnreachableError, match="A Worker answers there, not a scheduler"):
                await reached(worker.address)

    asyncio.run(scenario())


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 64, b"\xff" * 64])
def test_a_stranger_is_no_scheduler(said: bytes) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(UnreachableError) as caught:
                await reached(f"tcp://127.0.0.1:{port}")
        (attempt,) = caught.value.attempts
        assert attempt.target == f"tcp://127.0.0.1:{port}"
        assert attempt.reason

    started = time.monotonic()
    asyncio.run(scenario())
    assert time.monotonic() - started < 120


def test_what_is_not_encrypted_and_has_to_be_is_told() -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            with pytest.raises(UnreachableError, match="encryption required by Dask configuration"):
                await reached(scheduler.address, {"require_encryption": True})

    asyncio.run(scenario())


def outside(kind: str, ports: Object, **more: Any) -> Any:
    """Return a Service that can be reached from outside."""
    found = {"name": labels.COMM_PORT, "port": 8786, "targetPort": 8786, **ports}
    own = ours("r", "scheduler")
    spec = {"type": kind, "ports": [found], "selector": own}
    return thing("services", "r-dask-scheduler", own, spec=spec, **more)


async def found(service: Object, options: RouteOptions, *objects: Object) -> tuple[str, str]:
    """Return by which way and at which address a scheduler is found."""
    fake: Any = FakeKubernetes(*objects)
    port = service["spec"]["ports"][0]["port"]
    where = Where(f"tcp://r-dask-scheduler.here.svc:{port}", service, None)
    route = await Router(fake, "r.here", where, options, "tcp", {}).connect()
    await route.close()
    return route.via, route.address


@pytest.mark.parametrize(
    "options", [RouteOptions(), RouteOptions(via="node-port"), RouteOptions(node_host="127.0.0.1")]
)
def test_a_node_port(options: RouteOptions) -> None:
    """The node is the one that is named, else that of the scheduler's pod."""
    status = running() | {"hostIP": "127.0.0.1"}
    own = pod("s", ours("r", "scheduler"), status, creationTimestamp="now")

    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            service = outside("NodePort", {"nodePort": scheduler.port})
            objects = [] if options.node_host else [own]
            assert await found(service, options, *objects) == ("node-port", scheduler.address)
            other = RouteOptions(node_host="localhost", node_port=scheduler.port)
            at = f"tcp://localhost:{scheduler.port}"
            assert await found(outside("ClusterIP", {}), other) == ("node-port", at)

    asyncio.run(scenario())


@pytest.mark.parametrize("given", [{"ip": "127.0.0.1"}, {"hostname": "localhost", "ip": "::"}])
def test_a_load_balancer(given: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:
            status = {"loadBalancer": {"ingress": [given]}}
            service = outside("LoadBalancer", {"port": scheduler.port}, status=status)
            at = f"tcp://{given.get('hostname') or given['ip']}:{scheduler.port}"
            assert await found(service, RouteOptions()) == ("load-balancer", at)

    asyncio.run(scenario())


def test_a_load_balancer_without_an_address_yet() -> None:
    waiting, options = outside("LoadBalancer", {}), RouteOptions(via="load-balancer")
    with pytest.raises(UnreachableError, match="has no external address yet"):
        asyncio.run(found(waiting, options))


@pytest.mark.parametrize("known", [True, False])
def test_tls(known: bool) -> None:
    """Only with its certificates is a scheduler reached that takes nothing but TLS."""
    own = Security.temporary()
    security = own if known else Security.temporary()

    async def scenario() -> str:
        given = {**LOCAL, "security": own, "protocol": "tls"}
        async with Scheduler(**given) as scheduler:
            return await reached(scheduler.address, security.get_connection_args("client"))

    if known:
        assert asyncio.run(scenario()).startswith("tls://127.0.0.1:")
    else:
        with pytest.raises(UnreachableError, match="TLS certificate does not match"):
            asyncio.run(scenario())
