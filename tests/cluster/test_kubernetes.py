"""What the answers of an API server mean, and when it is asked again."""

import asyncio
import base64
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from dask_helm import discover
from dask_helm.cluster import kubernetes
from dask_helm.cluster.access import Access
from dask_helm.cluster.kubernetes import Kubernetes, Target
from dask_helm.errors import (
    ForbiddenError,
    KubeconfigError,
    KubernetesError,
    LoginError,
    MissingError,
    UnavailableError,
)
from distributed.security import Security

from tests.cluster.server import GOOD, SLOW, Server

Job = Callable[[Kubernetes], Awaitable[Any]]
PAGE = "<!doctype html>\n<title>Sign in</title>"


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


async def tunnel(session: Kubernetes) -> Any:
    return await session.tunnel("n", "p", 1, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("job", [pods, scale, tunnel])
@pytest.mark.parametrize("page", [PAGE, "", "[]", "{}"])
def test_a_page_of_somebody_else_is_no_answer(server: Server, job: Job, page: str) -> None:
    server.answers = [(200, page)]
    with pytest.raises(KubernetesError, match="no API server, but perhaps a proxy") as caught:
        ask(server, job)
    assert f"http://127.0.0.1:{server.port}/api" in str(caught.value)
    assert " ".join(page.split()) in str(caught.value)


def test_discovery_only_warns_of_it(server: Server) -> None:
    server.answers = [(200, PAGE)]
    with pytest.warns(UserWarning, match="No release could be looked for: what answers at http"):
        assert list(discover(kubeconfig=str(server.kubeconfig))) == []


def test_a_session_that_was_refused_is_closed_when_nobody_uses_it(server: Server) -> None:
    server.answers = [GOOD, (200, SLOW), said(401, "no"), GOOD, said(401, "no"), GOOD]

    async def renewed(session: Kubernetes) -> Any:
        first = session.api._session
        assert first
        async with session.follow("n", "p", {}) as lines:
            await pods(session)
            second = session.api._session
            await pods(session)
            assert second
            assert second.is_closed
            assert not first.is_closed
            server.gate.set()
            assert [line async for line in lines] == ["late"]
        assert first.is_closed
        return await pods(session)

    assert ask(server, pods, renewed)


def certificates(server: Server, changes: dict[str, str]) -> None:
    """Let the kubeconfig hold certificates, with these changes to its user or its cluster."""
    cluster = dict(changes)
    own = Security.temporary()
    texts = {"client-certificate": own.tls_client_cert, "client-key": own.tls_client_key}
    user = {f"{key}-data": base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    given = yaml.safe_load(server.kubeconfig.read_text())
    given["users"][0]["user"] = {**user, **{k: cluster.pop(k) for k in user if k in cluster}}
    given["clusters"][0]["cluster"].update(cluster)
    server.kubeconfig.write_text(yaml.safe_dump(given))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"certificate-authority": "/nix/ca"}, "there is no certificate-authority /nix/ca"),
        ({"certificate-authority-data": "YQ=="}, r"certificate-authority\(-data\) cannot be used"),
        ({"client-key-data": "YQ=="}, r"with client-key\(-data\) cannot be used, PEM is wanted"),
        ({"client-certificate-data": "a"}, "base64"),
        ({"server": "https://h:abc"}, "server https://h:abc, .*'abc'"),
        ({"proxy-url": "h:1"}, "the proxy to it"),
    ],
)
def test_what_is_wrong_in_a_kubeconfig_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], told: str
) -> None:
    folder = server.kubeconfig.parent / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    certificates(server, wrong)
    with pytest.raises(KubeconfigError, match=rf"kubeconfig .*/kubeconfig: .*{told}"):
        asyncio.run(_opened(server))
    assert list(discover(kubeconfig=str(server.kubeconfig))) == []
    assert not [file for file in folder.iterdir() if file.read_bytes()]


async def _opened(server: Server) -> None:
    async with Kubernetes(Access(str(server.kubeconfig))):
        pass


_UNCLOSED = """
import asyncio, sys
from dask_helm.cluster.access import Access
from dask_helm.cluster.kubernetes import Kubernetes

async def forgotten():
    await session.open()
    print(*session._files, sep="\\n")

session = Kubernetes(Access(sys.argv[1]))
asyncio.run(forgotten())
"""


def test_a_private_key_goes_with_the_program_that_does_not_close(server: Server) -> None:
    certificates(server, {})
    command = (sys.executable, "-c", _UNCLOSED, str(server.kubeconfig))
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(told.split()) == 2
    assert not [file for file in told.split() if Path(file).exists()]


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
