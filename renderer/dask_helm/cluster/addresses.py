"""Addresses of schedulers, as people and charts write them."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from dask_helm.errors import ArgumentError

_FORM = re.compile(r"(tcp|tls|ws|wss|ucx|ucxx)://(\[[^\]\s]+\]|[^/:@\s]+):[0-9]+")
_MOST = 2**16 - 1


def valid(address: str) -> bool:
    """Whether it is a scheme, a host and a port to which one could connect."""
    if not _FORM.fullmatch(address):
        return False
    try:
        place = urlsplit(address)
        return bool(place.port) and is_host(place.hostname or "")
    except ValueError:  # a port that is too great, brackets without an IPv6 address
        return False


def is_host(name: str) -> bool:
    """Whether it could be a host's name; no part of one has more than 63 characters."""
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check(address: object, name: str) -> None:
    """Raise ArgumentError for what is no scheduler's address."""
    if not (isinstance(address, str) and valid(address)):
        raise ArgumentError(
            f"{name}={address!r} is no scheduler's address; write tcp://HOST:PORT or "
            f"tls://HOST:PORT, as tcp://10.0.0.7:8786 (a port is a number from 1 to {_MOST})"
        )


def check_host(host: object, name: str) -> None:
    """Raise ArgumentError for what is no host."""
    if not (isinstance(host, str) and is_host(host)):
        raise ArgumentError(f"{name}={host!r} is no host; write its name or its IP address")


def check_port(port: object, name: str, least: int = 1) -> None:
    """Raise ArgumentError for what is no port."""
    if not (str(port).isdecimal() and least <= int(str(port)) <= _MOST):
        raise ArgumentError(f"{name}={port!r} is no port; write a number from {least} to {_MOST}")
