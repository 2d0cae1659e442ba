"""What the answers of an API server mean, and when it is asked again."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from dask_helm.cluster import kubernetes
from dask_helm.cluster.access import Access
from dask_helm.cluster.kubernetes import Kubernetes, Target
from dask_helm.errors import (
    ForbiddenError,
    KubernetesError,
    LoginError,
    MissingError,
    UnavailableError,
)

Job = Callable[[Kubernetes], Awaitable[Any]]
GOOD = (200, {"items": [{"metadata": {"name": "a"}}]})


class Server:
    """An API server that gives the answers in a list, the last of them for ever."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = [GOOD]
        self.asked: list[tuple[str, str, str]] = []
        self.token = folder / "token"
        self.token.write_text("first")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(self._config()))
        self.start()

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, method: str, path: str, token: str) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, path, token))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _config(self) -> dict[str, Any]:
        return {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "u", "user": {"tokenFile": str(self.token)}}],
        }

    @property
    def port(self) -> int:
        return self._http.server_port

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                token = self.headers.get("authorization", "")
                status, body = server.answer(self.command, self.path, token)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PATCH = handle_one  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(kubernetes, "_PAUSE", 0.01)
    monkeypatch.setattr(kubernetes, "_RETURNS", 1.0)
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
            r"missing to patch deployments/scale in namespace n\. .*--subresource=scale -n n",
        ),
        (
            said(401, "Unauthorized"),
            LoginError,
            r"may have expired \(log in again.*\): Unauthorized",
        ),
        (said(404, "no such thing"), MissingError, "no such thing"),
        (said(409, "conflict"), KubernetesError, r"patch deployments/scale d: conflict"),
        (said(503, "starting"), UnavailableError, r"does not answer now: starting"),
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
    assert server.asked[-1][2] == "Bearer second"


def test_one_that_has_answered_is_asked_again(server: Server) -> None:
    server.answers = [GOOD, said(503, "starting"), said(429, "busy"), GOOD]
    assert ask(server, pods, pods) == [{"metadata": {"name": "a"}}]
    assert len(server.asked) == 4


def test_but_not_for_ever(server: Server) -> None:
    server.answers = [GOOD, said(503, "starting")]
    with pytest.raises(UnavailableError, match="does not answer now"):
        ask(server, pods, pods)


def test_one_that_has_never_answered_is_asked_once(tmp_path: Path, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = server.kubeconfig.read_text().replace(str(server.port), str(port))
    server.kubeconfig.write_text(given)
    with pytest.raises(UnavailableError, match=r"does not answer \(kubeconfig .*/kubeconfig\)"):
        ask(server, pods)


def test_a_log_that_is_silent_for_long_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that who follows it asks again: the connection may be dead without a word."""
    monkeypatch.setattr(kubernetes, "_ENDLESS", httpx.Timeout(5, read=0.2))

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

    assert kubernetes._SILENCE < 600
    asyncio.run(asyncio.wait_for(scenario(), 20))
