"""A port of this machine that leads to a pod of the cluster, and stays when that pod is replaced.

Which pod, is asked anew for each connection; a connection waits a while for one, as long as the
other side does. So a new scheduler pod, an API server that was restarted and a laptop that has
slept cost no more than the connections of that time.
"""

import asyncio
from asyncio import Transport
from collections.abc import Awaitable, Callable
from typing import cast

from dask_helm.cluster.ending import end
from dask_helm.cluster.kubernetes import Kubernetes
from dask_helm.cluster.websocket import Tunnel
from dask_helm.errors import ClusterError, ForbiddenError, LoginError, UnavailableError

LOOPBACK = "127.0.0.1"  # nobody else on the network may reach the scheduler by way of this machine
_PATIENCE = 20.0
_PAUSE = 0.25

# Says to which port of which pod a new connection goes; raises ClusterError when there is none.
Pick = Callable[[], Awaitable[tuple[str, int]]]


class Forward:
    """A port-forward; `failure` is why the last connection broke."""

    def __init__(
        self, kubernetes: Kubernetes, namespace: str, pick: Pick, local_port: int = 0
    ) -> None:
        self._kubernetes, self._namespace, self._pick = kubernetes, namespace, pick
        self._wanted = local_port
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self.failure: Exception | None = None

    async def start(self) -> None:
        """Listen. Raises UnavailableError when the port is taken."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._accept, LOOPBACK, self._wanted)
        except OSError as error:
            raise UnavailableError(_taken(self._wanted)) from error

    async def check(self) -> None:
        """Raise what keeps connections from the pod: a ClusterError, LookupError or OSError."""
        pod, port = await self._pick()
        tunnel = await self._kubernetes.tunnel(self._namespace, pod, port, _Connection(self))
        tunnel.abort()
        await tunnel.closed

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._server is None:
            return
        self._server.close()
        await asyncio.gather(*(one.abort() for one in list(self._connections)))
        await self._server.wait_closed()
        self._server = None

    @property
    def port(self) -> int:
        """The local port."""
        if self._server is None:
            raise UnavailableError("the port-forward is closed")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def address(self) -> str:
        """Host and port to connect to."""
        return f"{LOOPBACK}:{self.port}"

    def _accept(self) -> "_Connection":
        connection = _Connection(self)
        self._connections.add(connection)
        return connection

    def forget(self, connection: "_Connection") -> None:
        """Take note that a connection has ended."""
        self._connections.discard(connection)

    async def tunnel(self, connection: "_Connection") -> Tunnel:
        """Return an open tunnel; tried again while that may help. Raises what the last one did."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            try:
                pod, port = await self._pick()
                return await self._kubernetes.tunnel(self._namespace, pod, port, connection)
            except (OSError, ClusterError, LookupError) as error:
                self.failure = error
                if _hopeless(error) or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(_PAUSE)


class _Connection(asyncio.Protocol):
    """A connection to the local port, joined to a tunnel."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self._transport: Transport | None = None
        self._tunnel: Tunnel | None = None
        self._opening: asyncio.Task[None] | None = None
        self._early = b""  # asyncio reads once more after it was told not to
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the tunnel; nothing is read before."""
        self._transport = cast(Transport, transport)
        self._transport.pause_reading()
        self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        try:
            self._tunnel = await self._forward.tunnel(self)
        except (OSError, ClusterError, LookupError):
            return self.end()
        if self._tunnel.closed.done():  # it broke off before anybody could be told
            return self.end()
        if self._early:
            self._tunnel.send(self._early)
        return self.hold(False)

    def data_received(self, data: bytes) -> None:
        """Send on to the pod."""
        if self._tunnel:
            self._tunnel.send(data)
        else:
            self._early += data

    def receive(self, data: bytes) -> None:
        """Take what the pod has sent."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def over(self, error: Exception | None) -> None:
        """Take note that the tunnel has ended."""
        self._forward.failure = error or self._forward.failure
        if self._tunnel:  # else it has never begun, or only just
            self.end()
            self._forget()

    def hold(self, on: bool) -> None:
        """Stop reading, for the tunnel is slower, or go on."""
        if self._transport and not self._transport.is_closing():
            (self._transport.pause_reading if on else self._transport.resume_reading)()

    def pause_writing(self) -> None:
        """Stop the tunnel, for the program here is slower."""
        if self._tunnel:
            self._tunnel.hold(True)

    def resume_writing(self) -> None:
        """Let the tunnel go on."""
        if self._tunnel:
            self._tunnel.hold(False)

    def end(self) -> None:
        """Close both sides; what is still to be written is written."""
        if self._opening:
            self._opening.cancel()
        if self._tunnel:
            self._tunnel.close()
        if self._transport:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """Close the tunnel, too."""
        self._lost.set()
        self.end()
        self._forget()

    def _forget(self) -> None:
        if self._lost.is_set() and (self._tunnel is None or self._tunnel.closed.done()):
            self._forward.forget(self)

    async def abort(self) -> None:
        """End both sides at once, and wait until they have."""
        await end(self._opening)
        if self._tunnel:
            self._tunnel.abort()
            await self._tunnel.closed
        if self._transport:
            self._transport.abort()
            await self._lost.wait()


def _hopeless(error: Exception) -> bool:
    return isinstance(error, ForbiddenError | LoginError)


def _taken(port: int) -> str:
    return f"local port {port} is taken by another program; choose another local_port, or 0 for any"
