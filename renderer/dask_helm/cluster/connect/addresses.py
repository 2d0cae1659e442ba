"""Validates addresses of schedulers, host names and ports."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from dask_helm.errors import ArgumentError

_FORM = re.compile(r"(tcp|tls|ws|wss|ucx|ucxx)://(\[[^\]\s]+\]|[^/:@\s]+):[0-9]+")
_MAX_PORT = 2**16 - 1


def valid(address: str) -> bool:
    """Return whether an address consists of a scheme, a host and a port, as in tcp://HOST:8786."""
    if not _FORM.fullmatch(address):
        return False
    try:
        place = urlsplit(address)
        return bool(place.port) and is_host(place.hostname or "")
    except ValueError:  # a port that is too large, or brackets without an IPv6 address
        return False


def is_host(name: str) -> bool:
    """Return whether a name is a valid host name, with parts of at most 63 characters."""
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def is_loopback(address: str) -> bool:
    """Return whether an address belongs to this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check(address: object, name: str) -> None:
    """Raise ArgumentError unless this is the address of a scheduler."""
    if not (isinstance(address, str) and valid(address)):
        raise ArgumentError(
            f"{name} must be the address of a scheduler, such as tcp://HOST:8786 or "
            f"tls://HOST:8786, with a port from 1 to {_MAX_PORT}; got {address!r}"
        )


def check_host(host: object, name: str) -> None:
    """Raise ArgumentError unless this is a host."""
    if not (isinstance(host, str) and is_host(host)):
        raise ArgumentError(f"{name} must be a host name or an IP address, got {host!r}")


def check_port(port: object, name: str, least: int = 1) -> None:
    """Raise ArgumentError unless this is a port."""
    if not (str(port).isdecimal() and least <= int(str(port)) <= _MAX_PORT):
        raise ArgumentError(f"{name} must be a port from {least} to {_MAX_PORT}, got {port!r}")
