"""A local port that leads to a pod, by way of an API server that may break off at any time."""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from dask_helm.cluster import dialing
from dask_helm.cluster.forwarding import Forward
from dask_helm.cluster.websocket import Local, Tunnel
from dask_helm.errors import MissingError

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
AGREED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
GREETING = b"\x82\x03\x00\x12\x34"  # on the data channel, the port
REPORT = b"\x82\x03\x01\x12\x34\x82\x05\x01gone"  # on the error channel, the port and a reason


class Api:
    """Opens tunnels at one address, as `Kubernetes` does."""

    def __init__(self, port: int) -> None:
        server = f"http://127.0.0.1:{port}"
        self._auth: Any = SimpleNamespace(server=server, token=None, proxy=None, tls_server_name="")

    async def tunnel(self, namespace: str, pod: str, port: int, local: Local) -> Tunnel:
        return await dialing.dial(self._auth, f"/{namespace}/{pod}?ports={port}", local)


async def pick() -> tuple[str, int]:
    return "pod", 8786


def forwarded(serve: Serve, said: bytes, picked: Any = pick) -> tuple[bytes, str]:
    """Return what comes back for what is said to the local port, and why it ended."""

    async def run() -> tuple[bytes, str]:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            api: Any = Api(server.sockets[0].getsockname()[1])
            forward = Forward(api, "n", picked)
            await forward.start()
            try:
                return await asyncio.wait_for(_talk(forward, said), 5), str(forward.failure or "")
            finally:
                await forward.stop()

    return asyncio.run(run())


async def _talk(forward: Forward, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", forward.port)
    writer.write(said)
    try:
        return await reader.read()
    finally:
        writer.close()


async def _asked(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")


def test_there_and_back() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write(AGREED + GREETING)
        data = await _payload(reader)
        writer.write(bytes([0x82, len(data) + 1, 0]) + data)
        writer.close()

    assert forwarded(echo, b"hello")[0] == b"hello"


def test_much_arrives_as_it_was_sent() -> None:
    sent = os.urandom(5_000_000)

    async def digest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write(AGREED + GREETING)
        arrived = bytearray()
        while len(arrived) < len(sent):
            arrived += await _payload(reader)
        writer.write(b"\x82\x21\0" + hashlib.sha256(arrived).digest())
        writer.close()

    assert forwarded(digest, sent)[0] == hashlib.sha256(sent).digest()


async def _payload(reader: asyncio.StreamReader) -> bytes:
    """Return what the next frame has for the pod; its mask changes nothing."""
    _, size = await reader.readexactly(2)
    more = {0xFE: 2, 0xFF: 8}.get(size, 0)
    length = int.from_bytes(await reader.readexactly(more), "big") if more else size & 0x7F
    mask_and_channel = await reader.readexactly(5)
    assert mask_and_channel == bytes(5)
    return await reader.readexactly(length - 1)


@pytest.mark.parametrize("more", [b"", GREETING])
def test_what_breaks_off_as_soon_as_it_is_open(more: bytes) -> None:
    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write(AGREED + more)
        writer.close()

    assert forwarded(hasty, b"hello")[0] == b""


def test_why_the_pod_takes_no_connection() -> None:
    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write(AGREED + GREETING + REPORT)
        writer.close()

    assert forwarded(refusing, b"hello") == (b"", "gone")


@pytest.mark.parametrize("said", [b"HTTP/1.1 403 no\r\n\r\n", b"\xff\r\n\r\n", b"x" * 70000])
def test_a_proxy_that_refuses_is_left(said: bytes) -> None:
    left: asyncio.Future[bytes]

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _asked(reader)
        writer.write(said)
        left.set_result(await reader.read())
        writer.close()

    async def run() -> None:
        nonlocal left
        left = asyncio.get_running_loop().create_future()
        async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
            api = Api(1)
            api._auth.proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            local: Any = None
            with pytest.raises(OSError, match=r"the proxy 127\.0\.0\.1 says"):
                await api.tunnel("n", "p", 1, local)
            assert await asyncio.wait_for(left, 5) == b""

    asyncio.run(run())


def test_nothing_is_waited_for_that_will_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dask_helm.cluster.forwarding._PATIENCE", 0.3)

    async def nobody() -> tuple[str, int]:
        raise MissingError("no pod is behind")

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError

    assert forwarded(never, b"hello", nobody) == (b"", "no pod is behind")
