"""A local port that forwards to a pod, and survives the replacement of that pod.

The pod is looked up for each connection, and a connection waits until there is one. So a new
scheduler pod, a restarted API server or a laptop that slept only breaks open connections.

Local connections are plain sockets: asyncio's streams would copy all data twice more.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import cast

from aiohttp import ClientWebSocketResponse, WSMsgType

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.tasks import end
from dask_helm.errors import ClusterError, ForbiddenError, LoginError, UnavailableError

LOOPBACK = "127.0.0.1"  # other machines must not reach the scheduler through this one
POD_TIMEOUT_SECONDS = 20.0
PING_SECONDS = 20.0
_RETRY_SECONDS = 0.25
_MESSAGE_BYTES = 1 << 18
_UNREAD_MESSAGES = 16
_DATA, _ERROR = 0, 1  # the channels of a tunnel
_CLOSED = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED)

# Returns the pod and the port for a new connection. Raises ClusterError.
Pick = Callable[[], Awaitable[tuple[str, int]]]


class Forward:
    """A port-forward; `failure` is the reason why the last connection broke.

    `further_ports` is the number of ports after `local_port` that are tried if it is in use.
    """

    def __init__(
        self,
        kubernetes: Kubernetes,
        namespace: str,
        pick: Pick,
        local_port: int = 0,
        further_ports: int = 0,
    ) -> None:
        self._kubernetes, self._namespace, self._pick = kubernetes, namespace, pick
        self._wanted_ports = range(local_port, local_port + further_ports + 1)
        self._server: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.failure: Exception | None = None

    async def start(self) -> None:
        """Listen. Raises UnavailableError when all wanted ports are in use."""
        server = self._listen()
        server.setblocking(False)
        self._server = server
        self._accepting = asyncio.create_task(self._accept(server))

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        await end(self._accepting, *self._connections)
        if self._server:
            self._server.close()
            self._server = None

    async def check(self) -> None:
        """Raise ClusterError, LookupError or OSError if the pod cannot be reached."""
        tunnel = await self._dial()
        await tunnel.close()

    @property
    def port(self) -> int:
        """The local port."""
        if self._server is None:
            raise UnavailableError("The port-forward is closed")
        return int(self._server.getsockname()[1])

    @property
    def address(self) -> str:
        """Host and port to connect to."""
        return f"{LOOPBACK}:{self.port}"

    def _listen(self) -> socket.socket:
        for port in self._wanted_ports:
            with suppress(OSError):
                return socket.create_server((LOOPBACK, port))
        raise UnavailableError(
            f"Local port {self._wanted_ports[0]} is in use. Choose another local_port, or 0 for "
            "any free port"
        )

    async def _accept(self, server: socket.socket) -> None:
        while True:
            local, _ = await asyncio.get_running_loop().sock_accept(server)
            task = asyncio.create_task(self._serve(local))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _serve(self, local: socket.socket) -> None:
        """Connect a local connection to the pod through a tunnel."""
        with local:
            local.setblocking(False)
            local.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tunnel = None
            try:
                tunnel = await self._open()
                await _Connection(local, tunnel).run()
            except (OSError, ClusterError, LookupError) as error:
                self.failure = error
            finally:
                _hang_up(local)
                if tunnel:
                    await tunnel.close()

    async def _open(self) -> ClientWebSocketResponse:
        """Open a tunnel, with several attempts if necessary. Raises the last failure."""
        deadline = asyncio.get_running_loop().time() + POD_TIMEOUT_SECONDS
        while True:
            try:
                return await self._dial()
            except (OSError, ClusterError, LookupError) as error:
                self.failure = error
                is_final = isinstance(error, ForbiddenError | LoginError)
                if is_final or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)

    async def _dial(self) -> ClientWebSocketResponse:
        pod, port = await self._pick()
        return await self._kubernetes.tunnel(self._namespace, pod, port)


class _Connection:
    """A connection to the local port, and its open tunnel."""

    def __init__(self, local: socket.socket, tunnel: ClientWebSocketResponse) -> None:
        self._local, self._tunnel = local, tunnel
        self._blocked = 0  # how many directions wait for a slower side
        self._pings = 0  # unanswered ones

    async def run(self) -> None:
        """Copy both ways until either side ends. Raises ConnectionError when the tunnel breaks."""
        jobs = [asyncio.create_task(one) for one in (self._receive(), self._send(), self._probe())]
        try:
            await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            for job in jobs:
                if job.done():
                    job.result()
        finally:
            await end(*jobs)

    async def _send(self) -> None:
        """Copy to the pod; the buffer begins with the number of the channel."""
        loop, message = asyncio.get_running_loop(), bytearray(_MESSAGE_BYTES)
        message[0] = _DATA
        view = memoryview(message)
        while size := await loop.sock_recv_into(self._local, view[1:]):
            # If the other side has closed the tunnel, `_receive` still reads it to its end.
            with self._waiting(), suppress(ConnectionError):
                await self._tunnel.send_bytes(cast(bytes, view[: size + 1]))  # takes any buffer

    async def _receive(self) -> None:
        """Copy from the pod; the first message of each channel only repeats the port."""
        loop, greeted = asyncio.get_running_loop(), set()
        while (message := await self._tunnel.receive()).type not in _CLOSED:
            self._pings = 0
            if message.type is WSMsgType.PING:
                with suppress(ConnectionError):
                    await self._tunnel.pong(message.data)
            elif message.type is WSMsgType.ERROR:
                raise ConnectionResetError(f"The port-forward broke: {message.data}")
            elif message.type is WSMsgType.BINARY and message.data:
                channel, data = message.data[0], memoryview(message.data)[1:]
                if channel not in greeted:
                    greeted.add(channel)
                elif channel == _DATA:
                    with self._waiting():
                        await loop.sock_sendall(self._local, data)
                elif channel == _ERROR:
                    raise ConnectionResetError(bytes(data).decode(errors="replace").strip())

    async def _probe(self) -> None:
        """Raise ConnectionResetError if the API server stops answering pings.

        While a slow side blocks the tunnel, pings cannot get through.
        """
        while True:
            await asyncio.sleep(PING_SECONDS)
            if self._blocked:
                self._pings = 0
                continue
            if self._pings:
                raise ConnectionResetError("The API server stopped answering")
            self._pings += 1
            with suppress(ConnectionError):
                await self._tunnel.ping()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self._blocked += 1
        try:
            yield
        finally:
            self._blocked -= 1


def _hang_up(local: socket.socket) -> None:
    """Send the end of the stream; unread data would make the kernel reset the connection."""
    with suppress(OSError):
        local.shutdown(socket.SHUT_WR)
        for _ in range(_UNREAD_MESSAGES):
            local.recv(_MESSAGE_BYTES)
