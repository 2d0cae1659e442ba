"""The requests to the API server, for the handle and for `diff --live`."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

from aiohttp import (
    AddrInfoType,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    TCPConnector,
    WSServerHandshakeError,
)
from kubernetes_asyncio.client import ApiClient, Configuration

from dask_helm.cluster.api.credentials import Access, Credentials
from dask_helm.cluster.api.errors import Answer, translated
from dask_helm.cluster.api.objects import Object, Target
from dask_helm.errors import ForbiddenError, KubernetesError, LoginError, UnavailableError

Lines = AbstractAsyncContextManager[AsyncIterator[str]]

_LOG = logging.getLogger("dask_helm")
# A server that is only slow may take as long as the timeout; the user learns earlier what is slow.
PATIENCE_SECONDS = 5.0
REQUEST_TIMEOUT = ClientTimeout(total=None, sock_connect=5, sock_read=15)
# A connection can break unnoticed, for instance while a laptop sleeps. Log followers reconnect.
STREAM_TIMEOUT = ClientTimeout(total=None, sock_connect=10, sock_read=180)
TUNNEL_TIMEOUT_SECONDS = 15.0
TUNNEL_CLOSE_SECONDS = 2.0
CLOSE_SECONDS = 2.0
# How long requests are retried if a server that has answered before stops answering; at least once.
RESTART_SECONDS, RETRY_SECONDS = 20.0, 0.5
_METHODS = {"get": "GET", "list": "GET", "watch": "GET", "patch": "PATCH", "update": "PUT"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_DRY_RUN = {"dryRun": "All"}


class Kubernetes:
    """A client of one API server; its methods raise KubernetesError or one of its subclasses."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._credentials: Credentials | None = None
        # The last one is in use. Earlier ones, whose certificates have expired, may still carry
        # port-forwards and logs.
        self._clients: list[ApiClient] = []
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._renewing = asyncio.Lock()
        self._has_answered = False

    async def __aenter__(self) -> "Kubernetes":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Load the credentials, without a request to the API server."""
        await self._use(await self.access.load())

    async def close(self) -> None:
        """Close all connections."""
        self._credentials = None
        while self._clients:
            await self._clients.pop().close()
        # The library does not wait until its encrypted connections are closed.
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + CLOSE_SECONDS
        while any(one.fileno() >= 0 for one in self._sockets) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    @property
    def credentials(self) -> Credentials:
        """The credentials in use."""
        if self._credentials is None:
            raise UnavailableError("The connection to the API server is closed")
        return self._credentials

    @property
    def namespace(self) -> str:
        """The default namespace, from the context or the pod."""
        return self.credentials.namespace

    async def labelled(self, kind: str, namespace: str, selector: str) -> list[Object]:
        """Return the objects of a kind with these labels; "" stands for all namespaces."""
        return await self.find(kind, namespace, {"labelSelector": selector})

    async def find(
        self, kind: str, namespace: str, params: dict[str, str], version: str = ""
    ) -> list[Object]:
        """Return the objects of a kind that match the query parameters."""
        target = Target(kind, namespace, version=version)
        return list((await self._ask("list", target, params)).object("items")["items"] or [])

    async def get(self, kind: str, namespace: str, name: str, part: str = "") -> Object:
        """Return one object."""
        return await self.read(Target(kind, namespace, name, part))

    async def read(self, target: Target) -> Object:
        """Return one object."""
        return (await self._ask("get", target)).object()

    async def patch(self, target: Target, body: Object, dry_run: bool = False) -> Object:
        """Merge a body into an object and return the object; a dry run only checks it."""
        params = _DRY_RUN if dry_run else {}
        return (await self._ask("patch", target, params, body=body, headers=_MERGE)).object()

    async def check_update(self, target: Target, body: Object) -> Object:
        """Return what the API server would store if the body replaced an object (a dry run)."""
        params = {**_DRY_RUN, "fieldValidation": "Strict"}
        return (await self._ask("update", target, params, body=body)).object()

    async def resources(self, version: str) -> list[Object]:
        """Return the resources of an API version: `name`, `kind`, `namespaced` and more."""
        target = Target("", version=version)
        return list((await self._ask("get", target)).object("resources")["resources"])

    async def log(self, namespace: str, pod: str, params: dict[str, str]) -> str:
        """Return the log of a pod."""
        return (await self._ask("get", Target("pods", namespace, pod, "log"), params)).text

    def follow(self, namespace: str, pod: str, params: dict[str, str]) -> Lines:
        """Yield the lines of a pod's log as they are written."""
        target = Target("pods", namespace, pod, "log")
        return self._lines("get", target, {"follow": "true", **params})

    def watch(self, kind: str, namespace: str, selector: str) -> Lines:
        """Yield an event, as JSON, for each object with these labels, and for each change."""
        params = {"watch": "true", "labelSelector": selector}
        return self._lines("watch", Target(kind, namespace), params)

    async def tunnel(self, namespace: str, pod: str, port: int) -> ClientWebSocketResponse:
        """Return an open websocket to a port of a pod.

        Its messages consist of a channel number and data. The caller answers its pings.
        """
        target = Target("pods", namespace, pod, "portforward")
        for is_last in (False, True):
            used, client = await self._current()
            opening = self._websocket(used, client, f"{target.path}?ports={port}")
            with translated(self.access):
                try:
                    return await asyncio.wait_for(opening, TUNNEL_TIMEOUT_SECONDS)
                except WSServerHandshakeError as refused:
                    status = refused.status
            if is_last or status != HTTPStatus.UNAUTHORIZED:
                raise await self._refusal(target, port, status)
            await self._renew(used)
        raise AssertionError

    async def _websocket(self, used: Credentials, client: ApiClient, path: str) -> Any:
        """Open a websocket; the library's `WsApiClient` ignores the proxy and the server's name."""
        headers = {"Authorization": used.authorization} if used.authorization else {}
        session: ClientSession = client.rest_client.pool_manager
        return await session.ws_connect(
            used.server + path,
            protocols=("v4.channel.k8s.io",),
            headers=headers,
            proxy=used.proxy,
            server_hostname=used.tls_server_name,
            autoping=False,
            timeout=ClientWSTimeout(ws_close=TUNNEL_CLOSE_SECONDS),
            max_msg_size=0,
        )

    async def _refusal(self, target: Target, port: int, status: int) -> KubernetesError:
        """Return why a websocket was rejected; a plain request gets the complete answer."""
        try:
            async with self._answered("get", target, {"ports": str(port)}) as response:
                return (await _answer(response)).foreign()
        except KubernetesError as error:
            if error.status != HTTPStatus.BAD_REQUEST:  # 400: a websocket is expected
                return error
            if status == HTTPStatus.FORBIDDEN:
                return ForbiddenError("create", target.resource, target.namespace, str(error))
            return KubernetesError(f"The API server refused a port-forward (HTTP {status})", status)

    @asynccontextmanager
    async def _lines(
        self, verb: str, target: Target, params: dict[str, str]
    ) -> AsyncIterator[AsyncIterator[str]]:
        async with self._answered(verb, target, params, timeout=STREAM_TIMEOUT) as response:
            yield _split(response)

    async def _ask(
        self, verb: str, target: Target, params: dict[str, str] | None = None, **options: Any
    ) -> Answer:
        deadline = time.monotonic() + RESTART_SECONDS
        is_first = True
        while True:
            try:
                with self._reported_if_slow():
                    async with self._answered(verb, target, params or {}, **options) as response:
                        return await _answer(response)
            except UnavailableError:
                is_closed = self._credentials is None
                is_late = not is_first and time.monotonic() > deadline
                if is_closed or not self._has_answered or is_late:
                    raise
            is_first = False
            await asyncio.sleep(RETRY_SECONDS)

    @contextmanager
    def _reported_if_slow(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        text = "The API server %s has not answered for %g s; waiting for it"
        server = self.credentials.server
        report = loop.call_later(PATIENCE_SECONDS, _LOG.warning, text, server, PATIENCE_SECONDS)
        try:
            yield
        finally:
            report.cancel()

    @asynccontextmanager
    async def _answered(
        self,
        verb: str,
        target: Target,
        params: dict[str, str],
        *,
        body: Object | None = None,
        headers: dict[str, str] | None = None,
        timeout: ClientTimeout = REQUEST_TIMEOUT,
    ) -> AsyncIterator[ClientResponse]:
        """Yield a successful response; rejected credentials are loaded again once."""
        for is_last in (False, True):
            used, client = await self._current()
            with translated(self.access):
                response: ClientResponse = await client.call_api(
                    target.path,
                    _METHODS[verb],
                    query_params=list(params.items()),
                    header_params=dict(headers or {}),
                    body=body,
                    auth_settings=["BearerToken"],
                    _preload_content=False,
                    _request_timeout=timeout,
                )
                async with response:
                    self._has_answered = True
                    if is_last or response.status != HTTPStatus.UNAUTHORIZED:
                        if not response.ok:
                            (await _answer(response)).check(verb, target)
                        yield response
                        return
            await self._renew(used)

    async def _current(self) -> tuple[Credentials, ApiClient]:
        """Return credentials that have not expired, and a client that uses them."""
        if self.credentials.expired:
            await self._renew(self.credentials)
        return self.credentials, self._clients[-1]

    async def _renew(self, used: Credentials) -> None:
        """Load the credentials again, once for all requests that used the old ones."""
        async with self._renewing:
            if self.credentials is not used:
                return
            try:
                loaded = await self.access.load()
            except KubernetesError as error:
                raise LoginError(str(error)) from error
            await self._use(loaded)

    async def _use(self, credentials: Credentials) -> None:
        """Use these credentials from now on; new connections only if the certificates changed."""
        before = self._credentials
        if before is None or before.tls != credentials.tls:
            self._clients.append(await self._client(credentials))
        self._credentials = credentials
        configuration = self._clients[-1].configuration
        configuration.host = credentials.server
        token = credentials.authorization
        configuration.api_key = {"BearerToken": token} if token else {}

    async def _client(self, credentials: Credentials) -> ApiClient:
        """Return a client of the library with our own session.

        The library's session reads certificates only from files, chooses proxies itself, and opens
        at most 100 connections, which followed logs and port-forwards would use up.
        """
        configuration = Configuration()
        configuration.proxy = credentials.proxy
        configuration.tls_server_name = credentials.tls_server_name
        client = ApiClient(configuration)
        await client.rest_client.close()
        is_encrypted = credentials.server.startswith("https:")
        context = credentials.tls.context if is_encrypted else True
        connector = TCPConnector(limit=0, ssl=context, socket_factory=self._socket)
        client.rest_client.pool_manager = ClientSession(connector=connector, trust_env=False)
        return client

    def _socket(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        self._sockets.add(opened)
        return opened


async def _answer(response: ClientResponse) -> Answer:
    return Answer(str(response.url), response.status, await response.read())


async def _split(response: ClientResponse) -> AsyncIterator[str]:
    """Yield the lines of a body, of any length."""
    rest = bytearray()
    async for piece in response.content.iter_any():
        *lines, last = piece.split(b"\n")
        for line in lines:
            yield (rest + line).decode(errors="replace")
            rest.clear()
        rest += last
    if rest:
        yield rest.decode(errors="replace")
