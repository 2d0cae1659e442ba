"""From a release to an open connection with its scheduler."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from dask_helm import labels
from dask_helm.cluster import addresses, scheduler, ways
from dask_helm.cluster.calling import Calls
from dask_helm.cluster.forwarding import Forward
from dask_helm.cluster.kubernetes import Kubernetes
from dask_helm.cluster.scheduler import Scheduler
from dask_helm.cluster.ways import Wish
from dask_helm.errors import (
    Attempt,
    ClusterError,
    MissingError,
    UnreachableError,
)

_ADVICE = (
    "Name a way with via=, an address with address='tcp://HOST:8786', or look at the scheduler: "
    "kubectl get pods,services"
)


@dataclass
class Route:
    """A way that leads to the scheduler.

    `address` is what clients connect to, `comm` an open connection; `forward` and `pages` are
    port-forwards to the scheduler and to its web pages, None when none are needed.
    """

    via: str
    address: str
    comm: Any = None
    forward: Forward | None = None
    pages: Forward | None = None

    async def close(self) -> None:
        """Close connection and port-forwards."""
        if self.comm is not None:
            await self.comm.close_rpc()
        for forward in filter(None, (self.forward, self.pages)):
            await forward.stop()


@dataclass(frozen=True)
class Seeker:
    """What is needed to look for a way."""

    kubernetes: Kubernetes
    release: str
    scheduler: Scheduler
    wish: Wish
    protocol: str
    connection_args: dict[str, Any]

    async def reach(self) -> Route:
        """Return the first way that leads to the scheduler. Raises UnreachableError."""
        attempts: list[Attempt] = []
        for via in ways.ways(self.wish, self.scheduler, self.kubernetes.access.in_pod):
            found = await self._try(via)
            if isinstance(found, Route):
                return found
            attempts.append(found)
        raise UnreachableError(self.release, attempts, _ADVICE)

    async def _try(self, via: str) -> Route | Attempt:
        try:
            route = await _OPENERS[via](self)
        except (ClusterError, LookupError) as error:
            return Attempt(via, self.scheduler.address, str(error))
        return await self._walk(route)

    async def _walk(self, route: Route) -> Route | Attempt:
        """Return the route when it leads to the scheduler; another one is closed."""
        patience = ways.PATIENCE[route.via]
        try:
            if route.forward is None:
                await asyncio.wait_for(_knock(route.address), patience)
            route.comm = await self._shake(route.address, patience)
        except BaseException as error:
            await route.close()
            if not isinstance(error, OSError | asyncio.TimeoutError):
                raise
            return Attempt(route.via, route.address, _reason(error, route, patience))
        return route

    async def _shake(self, address: str, patience: float) -> Any:
        """Return a connection to what answers at the address as a scheduler does."""
        comm = Calls(address, self.connection_args)
        try:
            answer = await asyncio.wait_for(_identity(comm), patience)
            if "Scheduler" not in str(answer.get("type", "")):
                raise OSError(f"a {answer.get('type')} answers there, not a scheduler")
        except BaseException:
            await comm.close_rpc()
            raise
        return comm

    async def pages(self, route: Route) -> tuple[str, str]:
        """Return host and port of the scheduler's web pages, the way that its route goes.

        Raises MissingError when no port leads there, and what keeps a port-forward from it.
        """
        if route.via == ways.PORT_FORWARD:
            return await self._forwarded(route)
        if self._is_tunnel(route):
            await forward(self, labels.DASHBOARD_PORT).check()
            return await self._forwarded(route)
        found = self.scheduler.port(labels.DASHBOARD_PORT)
        number = found.get("nodePort") if route.via == ways.NODE_PORT else found["port"]
        return urlsplit(route.address).hostname or "", str(number)

    def _is_tunnel(self, route: Route) -> bool:
        """Whether a port-forward of the user's leads to the scheduler, but not to its pages."""
        outside = not self.kubernetes.access.in_pod
        return outside and route.via == ways.ADDRESS and addresses.is_loopback(route.address)

    async def _forwarded(self, route: Route) -> tuple[str, str]:
        route.pages = forward(self, labels.DASHBOARD_PORT)
        await route.pages.start()
        host, port = route.pages.address.split(":")
        return host, port

    def at(self, host: str, port: int | str) -> str:
        """Return an address with the scheduler's protocol."""
        return f"{self.protocol}://{host}:{port}"


async def _identity(comm: Calls) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = await comm.identity()
    except OSError as error:
        raise OSError(str(error.__cause__ or error)) from error
    except asyncio.TimeoutError:
        raise
    except RuntimeError as error:  # Dask's configuration forbids what is not encrypted
        raise OSError(str(error)) from error
    except Exception as error:  # what a web server says is a length to distributed, and too long
        raise OSError("what answers there does not speak as a scheduler does") from error
    return answer


async def _knock(address: str) -> None:
    """Connect and hang up: what is wrong with a direct way shows at once, and by its own name."""
    place = urlsplit(address)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.close()


def _reason(error: Exception, route: Route, patience: float) -> str:
    if route.forward and route.forward.failure:
        return str(route.forward.failure) or type(route.forward.failure).__name__
    if isinstance(error, asyncio.TimeoutError):
        return f"no answer within {patience:.0f} s"
    return str(error) or type(error).__name__


async def _given(seeker: Seeker) -> Route:
    return Route(ways.ADDRESS, seeker.wish.address or seeker.scheduler.address)


async def _service(seeker: Seeker) -> Route:
    port = urlsplit(seeker.scheduler.address).port or 0
    return Route(ways.SERVICE, seeker.at(seeker.scheduler.host, port))


async def _node_port(seeker: Seeker) -> Route:
    wish = seeker.wish
    port = wish.node_port or _node_port_of(seeker.scheduler)
    return Route(ways.NODE_PORT, seeker.at(wish.node_host or await _node(seeker), port))


def _node_port_of(found: Scheduler) -> int:
    port = found.port(labels.COMM_PORT).get("nodePort")
    if not port:
        raise MissingError(f"the Service {found.host} has no node port (scheduler.service.type)")
    return int(port)


async def _node(seeker: Seeker) -> str:
    """Return the node of a scheduler pod: nodes themselves may only be read by the powerful."""
    port = seeker.scheduler.port(labels.COMM_PORT)
    name, _ = await scheduler.pick(seeker.kubernetes, seeker.scheduler, port)
    pod = await seeker.kubernetes.get("pods", seeker.scheduler.namespace, name)
    return str(pod["status"]["hostIP"])


async def _load_balancer(seeker: Seeker) -> Route:
    service = seeker.scheduler.service or {}
    given = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    if not given:
        raise MissingError(f"the Service {seeker.scheduler.host} has no external address yet")
    host = given[0].get("hostname") or given[0]["ip"]
    return Route(
        ways.LOAD_BALANCER, seeker.at(host, seeker.scheduler.port(labels.COMM_PORT)["port"])
    )


async def _port_forward(seeker: Seeker) -> Route:
    opened = forward(seeker, labels.COMM_PORT, seeker.wish.local_port)
    await opened.start()
    return Route(ways.PORT_FORWARD, seeker.at(*opened.address.split(":")), forward=opened)


def forward(seeker: Seeker, port: str, local_port: int = 0) -> Forward:
    """Return a port-forward, not started yet, to a port of the scheduler's Service."""
    found = seeker.scheduler
    pick = partial(scheduler.pick, seeker.kubernetes, found, found.port(port))
    return Forward(seeker.kubernetes, found.namespace, pick, local_port)


_OPENERS: dict[str, Callable[[Seeker], Awaitable[Route]]] = {
    ways.ADDRESS: _given,
    ways.SERVICE: _service,
    ways.NODE_PORT: _node_port,
    ways.LOAD_BALANCER: _load_balancer,
    ways.PORT_FORWARD: _port_forward,
}
