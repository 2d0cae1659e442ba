"""Scripted servers: an API server with TLS, a proxy, and a pod behind a port-forward."""

import asyncio
import base64
import hashlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import yaml
from distributed.security import Security

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BINARY, CONTINUATION, CLOSE, PING, PONG = 0x2, 0x0, 0x8, 0x9, 0xA
# The name in the certificate of `Security.temporary`.
TLS_NAME = "dask-internal"


class Certificates:
    """A certificate that signs itself, for servers and clients, and its key."""

    def __init__(self, folder: Path) -> None:
        own = Security.temporary()
        self.certificate, self.key = str(own.tls_client_cert), str(own.tls_client_key)
        self.files = (folder / "server.crt", folder / "server.key")
        for file, text in zip(self.files, (self.certificate, self.key), strict=True):
            file.write_text(text)

    @property
    def context(self) -> ssl.SSLContext:
        """The context of a server that accepts only clients with this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.files[0]))
        context.load_cert_chain(*self.files)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    @property
    def user(self) -> dict[str, str]:
        """The user of a kubeconfig who has this certificate."""
        return {
            "client-certificate-data": encoded(self.certificate),
            "client-key-data": encoded(self.key),
        }

    def cluster(self, server: str) -> dict[str, str]:
        """Return the cluster of a kubeconfig whose server has this certificate."""
        authority = encoded(self.certificate)
        return {
            "server": server,
            "certificate-authority-data": authority,
            "tls-server-name": TLS_NAME,
        }


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeconfig(
    file: Path,
    cluster: dict[str, Any],
    user: dict[str, Any],
    name: str = "c",
    current: str | None = "c",
) -> str:
    """Write a kubeconfig with one context; its namespace is called like the context."""
    context = {"cluster": name, "user": name, "namespace": name}
    given: dict[str, Any] = {
        "contexts": [{"name": name, "context": context}],
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
    }
    file.write_text(yaml.safe_dump(given | ({"current-context": current} if current else {})))
    return str(file)


@asynccontextmanager
async def served(serve: Serve, **options: Any) -> AsyncIterator[int]:
    """Yield the port of a server that handles each connection with a function."""
    tasks = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(handle, options.pop("host", "127.0.0.1"), 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            if task:
                task.cancel()
        await asyncio.sleep(0)


async def request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Return the first line of a request and its headers, in lower case."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return first, {key.lower(): value for key, _, value in pairs}


def response(body: str, status: str = "200 OK", close: bool = True) -> bytes:
    """Return a response, after which the connection may be closed."""
    connection = "close" if close else "keep-alive"
    fields = ("content-type: application/json", f"content-length: {len(body)}")
    lines = (f"HTTP/1.1 {status}", f"connection: {connection}", *fields, "", body)
    return "\r\n".join(lines).encode()


async def upgraded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Agree to a websocket, and return the first line of the request for it."""
    first, headers = await request(reader)
    writer.write(switching(headers))
    return first


def switching(headers: dict[str, str]) -> bytes:
    """Return the response that agrees to a websocket."""
    guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    digest = hashlib.sha1((headers["sec-websocket-key"] + guid).encode()).digest()
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}",
        f"Sec-WebSocket-Protocol: {headers['sec-websocket-protocol']}",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    """Return a frame as a server sends it."""
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = bytes([126]) + size.to_bytes(2, "big")
    else:
        length = bytes([127]) + size.to_bytes(8, "big")
    return bytes([opcode | (0x80 if final else 0)]) + length + payload


async def received(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return opcode and payload of the next frame of a client."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if more := {126: 2, 127: 8}.get(size):
        size = int.from_bytes(await reader.readexactly(more), "big")
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(size)
    repeated = (mask * (size // 4 + 1))[:size]
    plain = int.from_bytes(masked, "big") ^ int.from_bytes(repeated, "big")
    return first & 0xF, plain.to_bytes(size, "big")


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder for one example of Hypothesis."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
