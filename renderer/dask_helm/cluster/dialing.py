"""Opening a websocket to the API server, with the credentials that kr8s has read."""

import asyncio
import base64
import ssl
from asyncio import Transport
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from kr8s._auth import KubeAuth

from dask_helm.cluster.websocket import Local, Tunnel, upgrade

_PATIENCE = 15.0
_PORTS = {"https": 443, "http": 80}


async def dial(auth: KubeAuth, path: str, local: Local) -> Tunnel:
    """Return an open tunnel. Raises OSError, or RefusedError with what the server says."""
    server = urlsplit(auth.server)
    tunnel = Tunnel(upgrade(server.netloc, server.path.rstrip("/") + path, _login(auth)), local)
    try:
        await asyncio.wait_for(_connect(auth, server, tunnel), _PATIENCE)
    except asyncio.TimeoutError as error:
        tunnel.abort()
        raise OSError(f"no answer from {server.netloc} within {_PATIENCE:.0f} s") from error
    except BaseException:
        tunnel.abort()
        raise
    return tunnel


def _login(auth: KubeAuth) -> dict[str, str]:
    return {"Authorization": f"Bearer {auth.token.strip()}"} if auth.token else {}


async def _connect(auth: KubeAuth, server: SplitResult, tunnel: Tunnel) -> None:
    host, port = _place(server)
    context = await _context(auth) if server.scheme == "https" else None
    name = (auth.tls_server_name or host) if context else None
    loop = asyncio.get_running_loop()
    if proxy := auth.proxy or _proxy(server):
        await _by_proxy(urlsplit(proxy), f"{host}:{port}", tunnel, context, name)
    else:
        await loop.create_connection(lambda: tunnel, host, port, ssl=context, server_hostname=name)
    await tunnel.opened


def _place(server: SplitResult) -> tuple[str, int]:
    return server.hostname or "", server.port or _PORTS.get(server.scheme, 443)


async def _context(auth: KubeAuth) -> ssl.SSLContext:
    given: object = await auth.ssl_context()  # type: ignore[no-untyped-call]
    return given if isinstance(given, ssl.SSLContext) else ssl.create_default_context()


def _proxy(server: SplitResult) -> str | None:
    """Return the proxy that the environment names for a server, as HTTPS_PROXY does."""
    bypassed = proxy_bypass(server.hostname or "")
    return None if bypassed else getproxies().get(server.scheme)


async def _by_proxy(
    proxy: SplitResult,
    target: str,
    tunnel: Tunnel,
    context: ssl.SSLContext | None,
    name: str | None,
) -> None:
    reader, writer = await asyncio.open_connection(*_place(proxy))
    try:
        await _agree(reader, writer, proxy, target)
    except BaseException:
        writer.transport.abort()
        raise
    await _take_over(cast(Transport, writer.transport), tunnel, context, name)


async def _agree(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: SplitResult, target: str
) -> None:
    """Have a proxy connect to the target. Raises OSError with what it says."""
    writer.write(
        f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{_proxy_login(proxy)}\r\n".encode()
    )
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError(f"the proxy {proxy.hostname} closed the connection") from error
    except asyncio.LimitOverrunError as error:
        raise OSError(f"the proxy {proxy.hostname} says: more than an answer has") from error
    first = head.split(b"\r\n")[0]
    if b" 200" not in first:
        raise OSError(f"the proxy {proxy.hostname} says: {first.decode(errors='replace')}")


def _proxy_login(proxy: SplitResult) -> str:
    if not proxy.username:
        return ""
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}\r\n"


async def _take_over(
    transport: Transport, tunnel: Tunnel, context: ssl.SSLContext | None, name: str | None
) -> None:
    """Let the tunnel have a connection that a stream has begun."""
    loop = asyncio.get_running_loop()
    if context is None:
        transport.set_protocol(tunnel)
        return tunnel.connection_made(transport)
    encrypted = await loop.start_tls(transport, tunnel, context, server_hostname=name)
    return tunnel.connection_made(cast(Transport, encrypted))
