"""The websocket by which the API server carries a connection to a port of a pod.

Of RFC 6455 only what that needs, and made for speed: what comes in is passed on from where it is
read. The wheel's websocket libraries spend more time on 160 MB than the network does.
"""

import asyncio
import base64
import os
import struct
from asyncio import Transport
from collections.abc import Callable, Iterator
from typing import Protocol, cast

_BINARY, _CLOSE, _PING, _PONG = 0x2, 0x8, 0x9, 0xA
_FINAL, _MASKED, _OPCODE, _LENGTH = 0x80, 0x80, 0x0F, 0x7F
_SHORT, _MEDIUM, _LONG = 125, 126, 127
# Masks protect proxies that read along; nobody can inside TLS, and a mask of zeros changes nothing.
_NO_MASK = b"\0\0\0\0"
_DATA, _ERROR = 0, 1
_KEEPALIVE, _FAREWELL = 20.0, 2.0
_END_OF_HEAD = b"\r\n\r\n"


class RefusedError(Exception):
    """The server answered the upgrade with another status than 101."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body = status, body


def upgrade(host: str, path: str, headers: dict[str, str]) -> bytes:
    """Return the request that opens a websocket."""
    own = {
        "Host": host,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in {**own, **headers}.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame as a client sends it."""
    size = len(payload)
    if size <= _SHORT:
        length = bytes([_MASKED | size])
    elif size < 1 << 16:
        length = struct.pack("!BH", _MASKED | _MEDIUM, size)
    else:
        length = struct.pack("!BQ", _MASKED | _LONG, size)
    return b"".join((bytes([_FINAL | opcode]), length, _NO_MASK, payload))


def frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the complete frames off the beginning of a buffer: opcode and payload of each."""
    position = 0
    try:
        while (begin := _payload(buffer, position)) and begin[1] <= len(buffer):
            opcode, position = buffer[position] & _OPCODE, begin[1]
            yield opcode, bytes(buffer[begin[0] : position])
    finally:
        del buffer[:position]


def _payload(buffer: bytearray, position: int) -> tuple[int, int] | None:
    """Return where the payload of the frame at a position begins and ends, None when too short."""
    if len(buffer) < position + 2:
        return None
    length, start = buffer[position + 1] & _LENGTH, position + 2
    form = {_MEDIUM: "!H", _LONG: "!Q"}.get(length)
    if form is None:
        return start, start + length
    after = start + struct.calcsize(form)
    if len(buffer) < after:
        return None
    return after, after + int(struct.unpack_from(form, buffer, start)[0])


class Local(Protocol):
    """The side of this machine."""

    def receive(self, data: bytes) -> None:
        """Take what the pod sends."""

    def over(self, error: Exception | None) -> None:
        """Take note that the tunnel has ended, and of the reason if it broke."""

    def hold(self, on: bool) -> None:
        """Send nothing for a while, or go on."""


class Tunnel(asyncio.Protocol):
    """The API server's side of a forwarded connection.

    `opened` is done when it is open or has failed, `closed` when all of it is over.
    """

    def __init__(self, request: bytes, local: Local) -> None:
        self._request, self._local = request, local
        self._buffer = bytearray()
        self._greeted: set[int] = set()
        self._transport: Transport | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(Transport, transport)
        self._transport.write(self._request)

    def send(self, data: bytes) -> None:
        """Send to the pod."""
        self._write(frame(_BINARY, b"\0" + data))

    def hold(self, on: bool) -> None:
        """Stop reading what comes from the pod, or go on."""
        if self._transport and not self._transport.is_closing():
            (self._transport.pause_reading if on else self._transport.resume_reading)()

    def close(self) -> None:
        """End the connection when all is sent; not later than a server that has gone allows."""
        if self._transport is None or self._transport.is_closing():
            return
        self._write(frame(_CLOSE, b""))
        self._transport.close()
        self._set_alarm(_FAREWELL, self.abort)

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take the answer to the upgrade, then frames."""
        self._buffer += data
        if not self.opened.done():
            self._answer()
        if self.opened.done():
            for opcode, payload in frames(self._buffer):
                self._frame(opcode, payload)

    def connection_lost(self, error: Exception | None) -> None:
        """Say that it is over."""
        if self._alarm:
            self._alarm.cancel()
        self.closed.set_result(None)
        if not self.opened.done():
            # An answer says more than how the connection ended, which TLS may not do by its rules.
            unanswered = None if self._buffer else error
            self.opened.set_exception(unanswered or self._refused())
        # Who opens the tunnel is told by `opened` why it was refused, and how it ended says less.
        self._local.over(self._failure or error if self._has_opened() else None)

    def _has_opened(self) -> bool:
        done = self.opened.done() and not self.opened.cancelled()
        return done and self.opened.exception() is None

    def pause_writing(self) -> None:
        """Hold back what is sent, for the network is slower."""
        self._local.hold(True)

    def resume_writing(self) -> None:
        """Go on sending."""
        self._local.hold(False)

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def _answer(self) -> None:
        """Open when the server agrees; another answer is read to its end, which tells why."""
        head, end, rest = bytes(self._buffer).partition(_END_OF_HEAD)
        if not end:
            return
        if _status(head) == 101:
            self._buffer = bytearray(rest)
            self.opened.set_result(None)
            self._expect_life()
        elif len(rest) >= _content_length(head):
            self.opened.set_exception(self._refused())

    def _refused(self) -> Exception:
        head, _, body = bytes(self._buffer).partition(_END_OF_HEAD)
        if not head:
            return ConnectionResetError("the API server closed the connection")
        return RefusedError(_status(head), body)

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == _BINARY and payload:
            self._message(payload)
        elif opcode == _PING:
            self._write(frame(_PONG, payload))
        elif opcode == _PONG:
            self._expect_life()
        elif opcode == _CLOSE:
            self.close()

    def _message(self, payload: bytes) -> None:
        """Pass a message on; the first of each channel only repeats the port."""
        channel = payload[0]
        if channel not in self._greeted:
            self._greeted.add(channel)
        elif channel == _DATA:
            self._local.receive(payload[1:])
        elif channel == _ERROR:
            self._failure = ConnectionResetError(payload[1:].decode(errors="replace").strip())
            self.close()

    def _expect_life(self) -> None:
        """Ping after a while, and give up when no answer comes: a machine may have slept."""
        self._set_alarm(_KEEPALIVE, self._ping)

    def _ping(self) -> None:
        self._write(frame(_PING, b""))
        self._set_alarm(_KEEPALIVE, self._silent)

    def _silent(self) -> None:
        self._failure = ConnectionResetError("the API server has fallen silent")
        self.abort()

    def _set_alarm(self, seconds: float, action: Callable[[], None]) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, action)


def _status(head: bytes) -> int:
    words = head.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 1 << 30  # ends with the connection
