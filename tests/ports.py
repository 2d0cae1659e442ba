"""Ports of this machine for the processes of tests."""

import socket
from contextlib import ExitStack


def free_ports(number: int) -> list[int]:
    """Return ports that nobody has on 127.0.0.1 now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        return [int(free.getsockname()[1]) for free in sockets]
