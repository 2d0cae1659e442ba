"""Chooses the proxy for a server as kubectl does (Go's `net/http`).

Python's own rules differ: they ignore networks in NO_PROXY, and use a proxy even for this machine.
"""

import os
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


def environment_proxy(server: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the proxy that the environment configures for a server's URL, or None.

    Reads HTTPS_PROXY or HTTP_PROXY, and NO_PROXY with its hosts, domains and networks; each also in
    lower case. Servers on this machine are never reached through a proxy.
    """
    url = urlsplit(server)
    host, port = (url.hostname or "").rstrip("."), url.port or _PORTS.get(url.scheme, 443)
    proxy, address = _variable(environ, f"{url.scheme}_proxy"), _address(host)
    is_local = address.is_loopback if address else host == "localhost"
    entries = [one.strip().lower() for one in _variable(environ, "no_proxy").split(",")]
    is_excluded = any(_matches(entry, host.lower(), port) for entry in entries if entry)
    if not proxy or is_local or is_excluded:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name.upper()) or environ.get(name) or ""


def _matches(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY covers a host: `*`, a network, or a host with a port."""
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        try:
            return address is not None and address in ip_network(entry, strict=False)
        except ValueError:
            return False
    name, wanted_port = _split_port(entry)
    if wanted_port and wanted_port != str(port):
        return False
    if address or _address(name):
        return address == _address(name)
    domain = name.removeprefix("*")
    if domain.startswith("."):
        return host.endswith(domain)
    return host == domain or host.endswith(f".{domain}")


def _split_port(entry: str) -> tuple[str, str]:
    """Return host and port of `host`, `host:port`, `[::1]:port` or `::1`."""
    name, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), port
    return entry.strip("[]"), ""


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
