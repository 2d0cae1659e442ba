"""A local port leads to a pod, through an API server that may break off at any time."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from dask_helm.cluster.api import forward
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.forward import Forward
from dask_helm.errors import MissingError, UnavailableError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cluster.api import servers
from tests.cluster.api.servers import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    Serve,
    frame,
    kubeconfig,
    received,
    served,
    upgraded,
)

GREETING = frame(BINARY, b"\0\x12\x34") + frame(BINARY, b"\1\x12\x34")  # both repeat the port


async def pick() -> tuple[str, int]:
    return "pod", 8786


async def ask(serve: Serve, sent: bytes, folder: Path, picked: Any = pick) -> tuple[bytes, str]:
    """Return what comes back for what is sent to the local port, and why it ended."""
    async with served(serve) as port:
        file = kubeconfig(folder / "k", {"server": f"http://127.0.0.1:{port}"}, {"token": "t"})
        async with Kubernetes(Access(file)) as client:
            opened = Forward(client, "n", picked)
            await opened.start()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
                writer.write(sent)
                answer = await reader.read()
                writer.close()
                return answer, str(opened.failure or "")
            finally:
                await opened.stop()


def forwarded(serve: Serve, sent: bytes, folder: Path, picked: Any = pick) -> tuple[bytes, str]:
    return asyncio.run(asyncio.wait_for(ask(serve, sent, folder, picked), 60))


def test_the_next_port_is_used_where_the_wanted_one_is_in_use(tmp_path: Path) -> None:
    async def scenario() -> None:
        file = kubeconfig(tmp_path / "k", {"server": "http://127.0.0.1:1"}, {"token": "t"})
        async with Kubernetes(Access(file)) as client:
            first = Forward(client, "n", pick)
            await first.start()
            second = Forward(client, "n", pick, first.port, further_ports=100)
            await second.start()
            assert first.port < second.port <= first.port + 100
            with pytest.raises(UnavailableError, match=f"Local port {first.port} is in use"):
                await Forward(client, "n", pick, first.port).start()
            await first.stop()
            await second.stop()

    asyncio.run(scenario())


def test_data_goes_both_ways(tmp_path: Path) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await upgraded(reader, writer)
        assert line == "GET /api/v1/namespaces/n/pods/pod/portforward?ports=8786 HTTP/1.1"
        writer.write(GREETING)
        opcode, payload = await received(reader)
        assert (opcode, payload[:1]) == (BINARY, b"\0")
        writer.write(frame(BINARY, payload) + frame(CLOSE, b""))

    assert forwarded(echo, b"hello", tmp_path) == (b"hello", "")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=6), st.booleans())
def test_a_fragmented_message_arrives_whole(parts: list[bytes], pinged: bool) -> None:
    """A proxy may cut messages into frames, and put pings between them."""

    async def fragmenting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        writer.write(GREETING)
        first, *more = [b"\0" + parts[0], *parts[1:], b""]
        writer.write(frame(BINARY, first, final=False))
        for index, part in enumerate(more):
            if pinged:
                writer.write(frame(PING, b"between"))
            writer.write(frame(CONTINUATION, part, final=index == len(more) - 1))
        writer.write(frame(CLOSE, b""))

    with servers.folder() as folder:
        assert forwarded(fragmenting, b"", folder) == (b"".join(parts), "")


def test_much_arrives_as_it_was_sent(tmp_path: Path) -> None:
    sent, back = os.urandom(5_000_000), os.urandom(5_000_000)

    async def digest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        writer.write(GREETING)
        arrived = bytearray()
        while len(arrived) < len(sent):
            arrived += (await received(reader))[1][1:]
        writer.write(frame(BINARY, b"\0" + hashlib.sha256(arrived).digest()))
        writer.write(frame(BINARY, b"\0" + back) + frame(CLOSE, b""))
        await writer.drain()

    answer, _ = forwarded(digest, sent, tmp_path)
    assert answer == hashlib.sha256(sent).digest() + back


@pytest.mark.parametrize("more", [b"", GREETING])
def test_a_tunnel_that_breaks_as_soon_as_it_is_open_ends_the_connection(
    more: bytes, tmp_path: Path
) -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        writer.write(more)

    assert forwarded(hasty, b"hello", tmp_path)[0] == b""


def test_the_reason_of_the_pod_is_kept(tmp_path: Path) -> None:
    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        writer.write(GREETING + frame(BINARY, b"\1connection refused\n"))
        await reader.read()

    assert forwarded(refusing, b"hello", tmp_path) == (b"", "connection refused")


def test_a_connection_waits_for_a_server_that_restarts(tmp_path: Path) -> None:
    attempts = []

    async def restarting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempts.append(1)
        if len(attempts) < 3:
            return
        await upgraded(reader, writer)
        writer.write(GREETING + frame(BINARY, b"\0here") + frame(CLOSE, b""))

    assert forwarded(restarting, b"hello", tmp_path)[0] == b"here"


def test_a_connection_waits_no_longer_than_its_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(forward, "POD_TIMEOUT_SECONDS", 0.3)

    async def nobody() -> tuple[str, int]:
        raise MissingError("no pod is behind")

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError

    assert forwarded(never, b"hello", tmp_path, nobody) == (b"", "no pod is behind")


def test_pings_are_answered(tmp_path: Path) -> None:
    async def pinging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        writer.write(GREETING + frame(PING, b"alive?"))
        assert await received(reader) == (PONG, b"alive?")
        writer.write(frame(BINARY, b"\0yes") + frame(CLOSE, b""))

    assert forwarded(pinging, b"", tmp_path) == (b"yes", "")


def test_a_server_that_does_not_answer_pings_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(forward, "PING_SECONDS", 0.1)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        await reader.read()

    assert forwarded(silent, b"", tmp_path) == (b"", "The API server stopped answering")


def test_a_server_that_answers_pings_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(forward, "PING_SECONDS", 0.5)

    async def living(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        for _ in range(4):
            assert await received(reader) == (PING, b"")
            writer.write(frame(PONG, b""))
        writer.write(GREETING + frame(BINARY, b"\0still here") + frame(CLOSE, b""))

    assert forwarded(living, b"", tmp_path) == (b"still here", "")


def test_a_program_that_reads_slowly_keeps_its_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pongs cannot overtake the data that it has not read yet."""
    monkeypatch.setattr(forward, "PING_SECONDS", 1.0)
    size, count = 100_000, 200

    async def flooding(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        answering = asyncio.create_task(pong(reader, writer))
        writer.write(GREETING)
        for _ in range(count):
            writer.write(frame(BINARY, b"\0" + bytes(size)))
            await writer.drain()
        writer.write(frame(CLOSE, b""))
        await answering  # until the client closes: unread pings would reset the connection

    async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await received(reader))[0] == PING:
            writer.write(frame(PONG, b""))

    async def run() -> int:
        async with served(flooding) as port:
            server = {"server": f"http://127.0.0.1:{port}"}
            file = kubeconfig(tmp_path / "k", server, {"token": "t"})
            async with Kubernetes(Access(file)) as client:
                opened = Forward(client, "n", pick)
                await opened.start()
                reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
                await asyncio.sleep(3.5)
                arrived = len(await reader.read())
                writer.close()
                await opened.stop()
                return arrived

    assert asyncio.run(asyncio.wait_for(run(), 60)) == size * count


def test_a_local_port_in_use_is_reported(tmp_path: Path) -> None:
    async def run() -> None:
        client: Any = None
        first = Forward(client, "n", pick)
        await first.start()
        try:
            with pytest.raises(UnavailableError, match=f"Local port {first.port} is in use"):
                await Forward(client, "n", pick, first.port).start()
        finally:
            await first.stop()
        with pytest.raises(UnavailableError, match="closed"):
            _ = first.port

    asyncio.run(run())


def test_what_is_closed_leaves_no_socket(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgraded(reader, writer)
        await reader.read()

    async def run() -> None:
        async with served(silent) as port:
            server = {"server": f"http://127.0.0.1:{port}"}
            file = kubeconfig(tmp_path / "k", server, {"token": "t"})
            before = sockets()
            async with Kubernetes(Access(file)) as client:
                opened = Forward(client, "n", pick)
                await opened.start()
                reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
                await asyncio.sleep(0.3)
                await opened.stop()
                assert await reader.read() == b""
                writer.close()
                await writer.wait_closed()
            while len(sockets()) > len(before):  # the server's side closes after ours
                await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(run(), 30))


def sockets() -> list[str]:
    links = []
    for path in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(path.readlink()))
        except FileNotFoundError:
            continue
    return [link for link in links if link.startswith("socket:")]
