"""A transfer over a local port, and the server in a pod that answers it.

The module is also a program: `python transfer.py download PORT MEGABYTES`. It imports only the
standard library, because each transfer starts it again.
"""

import socket
import sys
import time
from collections.abc import Callable

DOWNLOAD, UPLOAD = "download", "upload"
_CHUNK = 1 << 20
_MEGABYTE = 1_000_000


def seconds(direction: str, port: int, megabytes: int) -> float:
    """Return the seconds from the first byte to the last, or until an upload is acknowledged."""
    sent = direction[:1].encode()
    if direction == UPLOAD:
        sent, awaited = sent + bytes(megabytes * _MEGABYTE), 1
    else:
        awaited = megabytes * _MEGABYTE
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        start = time.perf_counter()
        connection.sendall(sent)
        _receive(connection, awaited)
        return time.perf_counter() - start


def _receive(connection: socket.socket, left: int) -> None:
    buffer = bytearray(_CHUNK)
    while left > 0 and (count := connection.recv_into(buffer)):
        left -= count
    if left:
        raise ConnectionError(f"the transfer ended early: {left} bytes are missing")


def server(megabytes: int) -> Callable[[], int]:
    """Return a function that starts the server and returns its port; it can be pickled by value."""

    def serve() -> int:
        import socket
        import threading

        chunk, size = bytes(1 << 20), megabytes * 1_000_000

        def receive(connection: socket.socket) -> None:
            buffer, left = bytearray(1 << 20), size
            while left > 0 and (count := connection.recv_into(buffer)):
                left -= count
            connection.sendall(b"!")

        def send(connection: socket.socket) -> None:
            for start in range(0, size, len(chunk)):
                connection.sendall(memoryview(chunk)[: size - start])

        def answer(connection: socket.socket) -> None:
            with connection:
                {b"d": send, b"u": receive}[connection.recv(1)](connection)

        def accept(listening: socket.socket) -> None:
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=accept, args=(listening,), daemon=True).start()
        return int(listening.getsockname()[1])

    return serve


if __name__ == "__main__":
    print(seconds(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))  # noqa: T201
