"""The ways that may lead to a scheduler, in the order in which they are tried."""

from collections.abc import Iterator
from dataclasses import dataclass

from dask_helm.cluster import addresses
from dask_helm.cluster.scheduler import Scheduler
from dask_helm.errors import ArgumentError

AUTO, ADDRESS, SERVICE = "auto", "address", "service"
NODE_PORT, LOAD_BALANCER, PORT_FORWARD = "node-port", "load-balancer", "port-forward"
WAYS = (AUTO, SERVICE, PORT_FORWARD, NODE_PORT, LOAD_BALANCER, ADDRESS)

# How long each is tried, in seconds: a route that exists answers at once.
PATIENCE = {ADDRESS: 10.0, SERVICE: 5.0, NODE_PORT: 3.0, LOAD_BALANCER: 3.0, PORT_FORWARD: 20.0}


@dataclass(frozen=True)
class Wish:
    """How the user wants the scheduler to be reached.

    `via` is one of WAYS; `address` is a scheduler's address that is used as it is; `local_port` is
    that of a port-forward, 0 for any; `node_host` and `node_port` are used for the way node-port.
    """

    via: str = AUTO
    address: str | None = None
    local_port: int = 0
    node_host: str | None = None
    node_port: int | None = None
    forward_cluster_ip: bool = False

    def __post_init__(self) -> None:
        if self.via not in WAYS:
            raise ArgumentError(f"via={self.via!r} is no way; write one of: {', '.join(WAYS)}")
        if self.address:
            addresses.check(self.address, "address")
        if self.node_host:
            addresses.check_host(self.node_host, "node_host")
        if self.node_port:
            addresses.check_port(self.node_port, "node_port")
        addresses.check_port(self.local_port, "local_port", 0)


def ways(wish: Wish, scheduler: Scheduler, in_pod: bool) -> list[str]:
    """Return the ways to try."""
    if wish.address or wish.via != AUTO:
        return [ADDRESS if wish.address else wish.via]
    if wish.node_host or wish.node_port:
        return [NODE_PORT]
    return list(_automatic(scheduler, in_pod and not wish.forward_cluster_ip))


def _automatic(scheduler: Scheduler, in_pod: bool) -> Iterator[str]:
    kind = scheduler.service["spec"].get("type") if scheduler.service else None
    if in_pod:
        yield SERVICE
    elif kind in _OUTSIDE:
        yield _OUTSIDE[kind]
    elif scheduler.service is None:
        yield ADDRESS
    if scheduler.service is not None:
        yield PORT_FORWARD


_OUTSIDE = {"LoadBalancer": LOAD_BALANCER, "NodePort": NODE_PORT}
