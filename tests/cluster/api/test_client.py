"""What the answers of an API server mean, and when requests are repeated."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientTimeout
from dask_helm import discover
from dask_helm.cluster.api import client
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.objects import Target
from dask_helm.errors import (
    ForbiddenError,
    KubernetesError,
    LoginError,
    MissingError,
    UnavailableError,
)

from tests.cluster.api.servers import (
    Certificates,
    kubeconfig,
    request,
    response,
    served,
    switching,
)
from tests.cluster.server import GOOD, SLOW, Server

Job = Callable[[Kubernetes], Awaitable[Any]]
PAGE = "<!doctype html>\n<title>Sign in</title>"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(client, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(client, "RESTART_SECONDS", 1.0)
    opened = Server(tmp_path)
    yield opened
    opened.stop()


def ask(server: Server, *jobs: Job) -> Any:
    """Return what the last of the jobs does, all in one session."""

    async def run() -> Any:
        session = Kubernetes(Access(str(server.kubeconfig)))
        await session.open()
        try:
            return [await job(session) for job in jobs][-1]
        finally:
            await session.close()

    return asyncio.run(run())


async def pods(session: Kubernetes) -> Any:
    return await session.labelled("pods", "n", "a=b")


async def scale(session: Kubernetes) -> Any:
    return await session.patch(Target("deployments", "n", "d", "scale"), {"spec": {"replicas": 1}})


def said(status: int, text: str) -> tuple[int, dict[str, Any]]:
    return status, {"message": text}


def test_it_asks_with_the_token_of_the_kubeconfig(server: Server) -> None:
    assert ask(server, pods) == [{"metadata": {"name": "a"}}]
    ((method, path, token),) = server.asked
    assert (method, token) == ("GET", "Bearer first")
    assert path.startswith("/api/v1/namespaces/n/pods?labelSelector=a%3Db")


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (
            said(403, 'User "u" cannot patch resource "deployments/scale"'),
            ForbiddenError,
            r"not allowed to patch deployments/scale in namespace n\. .*--subresource=scale -n n",
        ),
        (
            said(401, "Unauthorized"),
            LoginError,
            r"rejected your credentials \(401\).*: Unauthorized",
        ),
        (said(404, "no such thing"), MissingError, "no such thing"),
        (said(409, "conflict"), KubernetesError, "Cannot patch deployments/scale d: conflict"),
        (said(503, "starting"), UnavailableError, "is not available: starting"),
    ],
)
def test_what_bad_answers_mean(
    server: Server, answer: tuple[int, dict[str, Any]], kind: type[Exception], text: str
) -> None:
    server.answers = [answer]
    with pytest.raises(kind, match=text) as caught:
        ask(server, scale)
    assert type(caught.value) is kind


def test_a_token_that_has_expired_is_read_again(server: Server) -> None:
    server.answers = [GOOD, said(401, "Unauthorized"), GOOD]

    async def renewed(session: Kubernetes) -> Any:
        server.token.write_text("second")
        return await asyncio.gather(pods(session), pods(session))

    assert len(ask(server, pods, renewed)) == 2
    # The second of the two requests may arrive after the repeated one.
    assert "Bearer second" in [token for _, _, token in server.asked]


def test_a_request_that_the_server_swallows_is_asked_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the timeout of one request is longer than the time for repetitions."""
    monkeypatch.setattr(client, "REQUEST_TIMEOUT", ClientTimeout(sock_read=0.5))
    monkeypatch.setattr(client, "RESTART_SECONDS", 0.1)
    server.answers = [GOOD, (200, SLOW), GOOD]
    assert ask(server, pods, pods) == GOOD[1]["items"]
    server.answers = [GOOD, (500, {"message": "etcdserver: request timed out"}), GOOD]
    assert ask(server, pods, pods) == GOOD[1]["items"]


def test_a_server_that_is_slow_is_named_before_the_timeout(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "REQUEST_TIMEOUT", ClientTimeout(sock_read=1))
    monkeypatch.setattr(client, "PATIENCE_SECONDS", 0.1)
    server.answers = [(200, SLOW)]
    with pytest.raises(UnavailableError):
        ask(server, pods)
    address = f"http://127.0.0.1:{server.port}"
    told = f"The API server {address} has not answered for 0.1 s; waiting for it"
    assert set(caplog.messages) == {told}


async def tunnel(session: Kubernetes) -> Any:
    return await session.tunnel("n", "p", 1)


@pytest.mark.parametrize("job", [pods, scale, tunnel])
@pytest.mark.parametrize("page", [PAGE, "", "[]", "{}"])
def test_a_page_of_somebody_else_is_no_answer(server: Server, job: Job, page: str) -> None:
    server.answers = [(200, page)]
    with pytest.raises(KubernetesError, match="is not a Kubernetes API server") as caught:
        ask(server, job)
    assert f"http://127.0.0.1:{server.port}/api" in str(caught.value)
    assert " ".join(page.split()) in str(caught.value)


def test_discovery_only_warns_of_it(server: Server) -> None:
    server.answers = [(200, PAGE)]
    with pytest.warns(UserWarning, match="Cannot discover releases: http.* answered, but"):
        assert list(discover(kubeconfig=str(server.kubeconfig))) == []


def test_a_log_goes_on_while_an_expired_token_is_replaced(server: Server) -> None:
    server.answers = [GOOD, (200, SLOW), said(401, "no"), GOOD]

    async def renewed(session: Kubernetes) -> Any:
        async with session.follow("n", "p", {}) as lines:
            await pods(session)
            server.gate.set()
            return [line async for line in lines]

    assert ask(server, pods, renewed) == ["late"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_port_forward_says_why(server: Server, status: int) -> None:
    server.answers = [said(status, "the reason")]
    with pytest.raises(KubernetesError, match="the reason") as caught:
        ask(server, tunnel)
    assert caught.value.status == status


def test_a_right_that_only_a_port_forward_needs_is_named(server: Server) -> None:
    server.answers = [said(403, "no"), said(400, "Upgrade request required")]
    with pytest.raises(ForbiddenError, match="not allowed to create pods/portforward"):
        ask(server, tunnel)


def test_more_than_a_hundred_logs_are_followed_at_once(tmp_path: Path) -> None:
    waiting: list[asyncio.StreamWriter] = []
    connected = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        waiting.append(writer)
        if len(waiting) == 150:
            connected.set()
        await reader.read()

    async def run() -> None:
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(served(silent))
            file = kubeconfig(tmp_path / "k", {"server": f"http://127.0.0.1:{port}"}, {})
            session = await stack.enter_async_context(Kubernetes(Access(file)))
            follows = (session.follow("n", f"p{number}", {}) for number in range(150))
            await asyncio.gather(*map(stack.enter_async_context, follows))
            await connected.wait()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_lines_may_be_of_any_length(tmp_path: Path) -> None:
    lines = ["x" * 3_000_000, "", "tab\rand \x0b no break", "last"]

    async def printing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(response("\n".join(lines)))

    async def run() -> list[str]:
        async with served(printing) as port:
            file = kubeconfig(tmp_path / "k", {"server": f"http://127.0.0.1:{port}"}, {})
            async with Kubernetes(Access(file)) as session, session.follow("n", "p", {}) as found:
                return [line async for line in found]

    assert asyncio.run(run()) == lines


def test_one_that_has_answered_is_asked_again(server: Server) -> None:
    server.answers = [GOOD, said(503, "starting"), said(429, "busy"), GOOD]
    assert ask(server, pods, pods) == [{"metadata": {"name": "a"}}]
    assert len(server.asked) == 4


def test_but_not_for_ever(server: Server) -> None:
    server.answers = [GOOD, said(503, "starting")]
    with pytest.raises(UnavailableError, match="is not available"):
        ask(server, pods, pods)


def test_one_that_has_never_answered_is_asked_once(tmp_path: Path, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = server.kubeconfig.read_text().replace(str(server.port), str(port))
    server.kubeconfig.write_text(given)
    with pytest.raises(
        UnavailableError, match=r"Cannot reach the API server \(kubeconfig .*/kubeconfig\)"
    ):
        ask(server, pods)


def test_a_log_that_is_silent_for_long_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that who follows it asks again: the connection may be dead without a word."""
    monkeypatch.setattr(client, "STREAM_TIMEOUT", ClientTimeout(sock_read=0.2))

    async def hear(session: Kubernetes, heard: list[str]) -> None:
        async with session.follow("n", "p", {}) as lines:
            async for line in lines:
                heard.append(line)

    async def said_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
        await reader.read()
        writer.close()

    async def scenario() -> None:
        mute = await asyncio.start_server(said_nothing, "127.0.0.1", 0)
        port = str(mute.sockets[0].getsockname()[1])
        given = server.kubeconfig.read_text().replace(str(server.port), port)
        server.kubeconfig.write_text(given)
        async with Kubernetes(Access(str(server.kubeconfig))) as session:
            heard: list[str] = []
            with pytest.raises(UnavailableError):
                await hear(session, heard)
            assert heard == ["first"]
        mute.close()

    assert (client.STREAM_TIMEOUT.sock_read or 0) < 600
    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_a_closed_client_leaves_no_encrypted_connection(tmp_path: Path) -> None:
    """Also of logs and port-forwards that ended before, whose other side may be slow to close."""
    own = Certificates(tmp_path)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, headers = await request(reader)
            if "upgrade" in headers:
                writer.write(switching(headers))
                await reader.read()
            elif "/log" in line:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst\n")
                await reader.read()
            else:
                writer.write(response('{"items": []}', close=False))

    async def run() -> None:
        async with served(answer, ssl=own.context) as port:
            cluster = own.cluster(f"https://127.0.0.1:{port}")
            client = Kubernetes(Access(kubeconfig(tmp_path / "k", cluster, own.user)))
            async with client:
                await client.labelled("pods", "n", "a")
                async with client.follow("n", "p", {}) as lines:
                    assert await anext(aiter(lines)) == "first"
                await (await client.tunnel("n", "p", 1)).close()
                used = list(client._sockets)
            assert used
            assert [one for one in used if one.fileno() >= 0] == []

    asyncio.run(asyncio.wait_for(run(), 60))
