"""Describes a connection as configuration of Dask, for people without access to Kubernetes."""

from typing import Any

from distributed.security import Security

from dask_helm.cluster.connect import addresses, tls
from dask_helm.cluster.connect.connection import Connection
from dask_helm.cluster.connect.routes import PORT_FORWARD
from dask_helm.errors import ArgumentError


def configuration(opened: Connection) -> dict[str, Any]:
    """Return the configuration with which `distributed.Client()` connects in the same way.

    It holds the contents of certificates and of a private key if connections are encrypted. Raises
    ArgumentError if only this machine can use the connection.
    """
    address = opened.route.address
    if opened.route.via == PORT_FORWARD or addresses.is_loopback(address):
        raise ArgumentError(
            f"{address} can only be reached on this machine, so it is no use to others. Choose the "
            "route load-balancer or node-port, or give an address that others can reach"
        )
    own: dict[str, Any] = {}
    if opened.dashboard and not addresses.is_loopback(opened.dashboard):
        own["dashboard"] = {"link": opened.dashboard}
    if opened.security is not None:
        own["comm"] = {"require-encryption": True, "tls": _certificates(opened.security)}
    return {"scheduler-address": address, **({"distributed": own} if own else {})}


def _certificates(security: Security) -> dict[str, Any]:
    cert, key = tls.content(security.tls_client_cert), tls.content(security.tls_client_key)
    return {"ca-file": tls.content(security.tls_ca_file), "client": {"cert": cert, "key": key}}
