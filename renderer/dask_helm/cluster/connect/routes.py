"""The routes to a scheduler: chooses and opens them."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from dask_helm import labels
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.forward import Forward
from dask_helm.cluster.connect import addresses, scheduler
from dask_helm.cluster.connect.calls import Calls
from dask_helm.cluster.connect.scheduler import Scheduler
from dask_helm.errors import (
    ArgumentError,
    Attempt,
    ClusterError,
    MissingError,
    UnreachableError,
    hint,
)

AUTO, ADDRESS, SERVICE = "auto", "address", "service"
NODE_PORT, LOAD_BALANCER, PORT_FORWARD = "node-port", "load-balancer", "port-forward"
# The ports that a port-forward to web pages tries after the preferred one.
FURTHER_PAGES_PORTS = 100
ROUTES = (AUTO, SERVICE, PORT_FORWARD, NODE_PORT, LOAD_BALANCER, ADDRESS)
# A route that exists answers at once.
TIMEOUT_SECONDS = {
    ADDRESS: 10.0,
    SERVICE: 5.0,
    NODE_PORT: 3.0,
    LOAD_BALANCER: 3.0,
    PORT_FORWARD: 20.0,
}


@dataclass(frozen=True)
class RouteOptions:
    """The user's choice of a route.

    `via` is one of ROUTES; `address` is used as it is; `local_port` is the port of a port-forward
    (0 for any free port), `pages_port` the preferred one of a port-forward to the web pages;
    `node_host` and `node_port` belong to the route node-port. `for_others` leaves out routes that
    only this process or pods can use.
    """

    via: str = AUTO
    address: str | None = None
    local_port: int = 0
    node_host: str | None = None
    node_port: int | None = None
    forward_cluster_ip: bool = False
    pages_port: int = 0
    for_others: bool = False

    def __post_init__(self) -> None:
        if self.via not in ROUTES:
            raise ArgumentError(
                f"Unknown value for `via`: {self.via!r}. Choose one of: {', '.join(ROUTES)}"
            )
        if self.address:
            addresses.check(self.address, "address")
        if self.node_host:
            addresses.check_host(self.node_host, "node_host")
        if self.node_port:
            addresses.check_port(self.node_port, "node_port")
        addresses.check_port(self.local_port, "local_port", 0)


def candidates(options: RouteOptions, found: Scheduler, in_pod: bool) -> list[str]:
    """Return the routes to try."""
    if options.address or options.via != AUTO:
        return [ADDRESS if options.address else options.via]
    if options.node_host or options.node_port:
        return [NODE_PORT]
    published = {"LoadBalancer": [LOAD_BALANCER], "NodePort": [NODE_PORT]}
    direct = published.get(found.service["spec"].get("type"), []) if found.service else []
    if options.for_others:
        return direct if found.service else [ADDRESS]
    is_inside = in_pod and not options.forward_cluster_ip
    if found.service is None:
        return [SERVICE if is_inside else ADDRESS]
    return [SERVICE, PORT_FORWARD] if is_inside else [*direct, PORT_FORWARD]


@dataclass
class Route:
    """A route that leads to the scheduler.

    `address` is what clients connect to, `comm` an open connection. `forward` and `pages` are
    port-forwards to the scheduler and to its web pages, None where they are not needed.
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
class Router:
    """Opens routes to one scheduler."""

    kubernetes: Kubernetes
    release: str
    scheduler: Scheduler
    options: RouteOptions
    protocol: str
    connection_args: dict[str, Any]

    async def connect(self) -> Route:
        """Return the first route that leads to the scheduler. Raises UnreachableError."""
        attempts: list[Attempt] = []
        ways = candidates(self.options, self.scheduler, self.kubernetes.access.in_pod)
        if not ways:
            raise MissingError(
                f"The scheduler of {self.release} can only be reached inside of Kubernetes",
                hint=hint(
                    "Set scheduler.service.type to LoadBalancer or NodePort, or give an address "
                    "that others can reach: {}",
                    address="tcp://HOST:8786",
                ),
            )
        if ways != [ADDRESS] and (
            reason := await scheduler.hopeless(self.kubernetes, self.scheduler)
        ):
            attempts = [Attempt(ways[0], self.scheduler.address, reason)]
            ways = []
        for via in ways:
            try:
                route = await self._open(via)
            except (ClusterError, LookupError) as error:
                attempts.append(Attempt(via, self.scheduler.address, _message(error)))
                continue
            try:
                route.comm = await self._comm(route)
            except BaseException as error:
                await route.close()
                if not isinstance(error, OSError | asyncio.TimeoutError):
                    raise
                attempts.append(Attempt(via, route.address, _reason(error, route)))
                continue
            return route
        advice = hint(
            "Look at the scheduler with `kubectl get pods,services`, or choose another route: {}",
            via="ROUTE",
            address="tcp://HOST:8786",
        )
        raise UnreachableError(self.release, attempts, hint=advice)

    async def pages(self, route: Route) -> tuple[str, str]:
        """Return host and port of the scheduler's web pages, on the route to the scheduler.

        Raises MissingError without such a port, and the errors of a port-forward.
        """
        # An address on this machine is the user's own port-forward, which has no port for pages.
        outside = not self.kubernetes.access.in_pod
        is_tunnel = outside and route.via == ADDRESS and addresses.is_loopback(route.address)
        if is_tunnel:
            await self.forward(labels.DASHBOARD_PORT).check()
        if is_tunnel or route.via == PORT_FORWARD:
            route.pages = self.forward(
                labels.DASHBOARD_PORT, self.options.pages_port, FURTHER_PAGES_PORTS
            )
            await route.pages.start()
            host, port = route.pages.address.split(":")
            return host, port
        found = self.scheduler.port(labels.DASHBOARD_PORT)
        number = found.get("nodePort") if route.via == NODE_PORT else found["port"]
        if number is None:
            raise MissingError(f"Service {self.scheduler.host} has no node port for the dashboard")
        return _bracketed(urlsplit(route.address).hostname or ""), str(number)

    def forward(self, port: str, local_port: int = 0, further_ports: int = 0) -> Forward:
        """Return a port-forward to a port of the scheduler's Service, not started yet."""
        found = self.scheduler
        pick = partial(scheduler.pick, self.kubernetes, found, found.port(port))
        return Forward(self.kubernetes, found.namespace, pick, local_port, further_ports)

    async def _open(self, via: str) -> Route:
        """Open a route of this kind. Raises ClusterError or LookupError if it does not exist."""
        found = self.scheduler
        if via == ADDRESS:
            return Route(via, self.options.address or found.address)
        if via == SERVICE:
            return Route(via, self._address(found.host, urlsplit(found.address).port or 0))
        if via == PORT_FORWARD:
            opened = self.forward(labels.COMM_PORT, self.options.local_port)
            await opened.start()
            return Route(via, self._address(*opened.address.split(":")), forward=opened)
        if via == NODE_PORT:
            return Route(via, await self._node_port())
        status = (found.service or {}).get("status", {})
        given = status.get("loadBalancer", {}).get("ingress") or []
        if not given:
            raise MissingError(f"Service {found.host} has no external address yet")
        host = given[0].get("hostname") or given[0]["ip"]
        return Route(via, self._address(host, found.port(labels.COMM_PORT)["port"]))

    async def _node_port(self) -> str:
        """Return the address of the node port; only few users may read nodes, so a pod's node."""
        found, options = self.scheduler, self.options
        port = options.node_port or found.port(labels.COMM_PORT).get("nodePort")
        if not port:
            raise MissingError(f"Service {found.host} has no node port (scheduler.service.type)")
        host = options.node_host
        if not host:
            name, _ = await scheduler.pick(self.kubernetes, found, found.port(labels.COMM_PORT))
            pod = await self.kubernetes.get("pods", found.namespace, name)
            host = str(pod["status"]["hostIP"])
        return self._address(host, port)

    def _address(self, host: str, port: int | str) -> str:
        return f"{self.protocol}://{_bracketed(host)}:{port}"

    async def _comm(self, route: Route) -> Calls:
        """Return a connection with the scheduler. Raises OSError or TimeoutError."""
        timeout = TIMEOUT_SECONDS[route.via]
        if route.forward is None:
            # A failure is reported at once, with the reason; `distributed` would retry.
            place = urlsplit(route.address)
            opening = asyncio.open_connection(place.hostname, place.port)
            _, writer = await asyncio.wait_for(opening, timeout)
            writer.close()
        comm = Calls(route.address, self.connection_args)
        try:
            answer = await asyncio.wait_for(_identity(comm), timeout)
            if "Scheduler" not in str(answer.get("type", "")):
                raise OSError(f"A {answer.get('type')} answers there, not a scheduler")
        except BaseException:
            await comm.close_rpc()
            raise
        return comm


async def _identity(comm: Calls) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = await comm.identity()
    except OSError as error:
        raise OSError(str(error.__cause__ or error)) from error
    except asyncio.TimeoutError:
        raise
    except RuntimeError as error:  # Dask's configuration forbids unencrypted connections
        raise OSError(str(error)) from error
    except Exception as error:  # distributed reads the answer of a web server as a length
        raise OSError("The server there does not speak the protocol of a scheduler") from error
    return answer


def _bracketed(host: str) -> str:
    """Return a host as it stands in an address; IPv6 needs brackets."""
    return f"[{host}]" if ":" in host else host


def _message(error: Exception) -> str:
    return error.message if isinstance(error, ClusterError) else str(error)


def _reason(error: BaseException, route: Route) -> str:
    if route.forward and (failure := route.forward.failure):
        return _message(failure) or type(failure).__name__
    if isinstance(error, asyncio.TimeoutError):
        return f"No answer within {TIMEOUT_SECONDS[route.via]:.0f} s"
    return str(error) or type(error).__name__
