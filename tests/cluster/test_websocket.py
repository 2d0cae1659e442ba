"""The frames of a tunnel, in whatever pieces they come."""

import asyncio
from collections.abc import Callable

import pytest
from dask_helm.cluster import websocket
from dask_helm.cluster.websocket import RefusedError, Tunnel, frame, frames, upgrade
from hypothesis import given
from hypothesis import strategies as st

SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
BINARY, CLOSE, PING, PONG = 0x2, 0x8, 0x9, 0xA


def from_server(opcode: int, payload: bytes) -> bytes:
    """Return a frame without mask, as servers send it."""
    masked = frame(opcode, payload)
    header = len(masked) - len(payload) - 4
    return bytes([masked[0], masked[1] & 0x7F]) + masked[2:header] + payload


@given(
    st.lists(st.tuples(st.sampled_from([BINARY, PING]), st.binary(max_size=300)), max_size=5),
    st.integers(1, 50),
)
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    sent: list[tuple[int, bytes]], size: int
) -> None:
    stream = b"".join(from_server(*one) for one in sent)
    buffer, got = bytearray(), []
    for start in range(0, len(stream), size):
        buffer += stream[start : start + size]
        got += list(frames(buffer))
    assert got == sent
    assert not buffer


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 1 << 20])
def test_every_length_has_its_notation(size: int) -> None:
    payload = bytes(size)
    assert list(frames(bytearray(from_server(BINARY, payload)))) == [(BINARY, payload)]
    assert frame(BINARY, payload).endswith(bytes(4) + payload)


def test_the_request() -> None:
    asked = upgrade("host:1", "/path?ports=1", {"Authorization": "Bearer t"}).decode()
    lines = asked.split("\r\n")
    assert lines[0] == "GET /path?ports=1 HTTP/1.1"
    assert {"Host: host:1", "Authorization: Bearer t", "Upgrade: websocket"} <= set(lines)
    assert asked.endswith("\r\n\r\n")


class Side:
    """This machine's side."""

    def __init__(self) -> None:
        self.got = b""
        self.ended: list[Exception | None] = []
        self.held: list[bool] = []

    def receive(self, data: bytes) -> None:
        self.got += data

    def over(self, error: Exception | None) -> None:
        self.ended.append(error)

    def hold(self, on: bool) -> None:
        self.held.append(on)


class Wire(asyncio.Transport):
    """What the tunnel writes to."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = self.aborted = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.sent.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True


def connected() -> tuple[Tunnel, Side, Wire]:
    """Return a tunnel that has asked to be opened, and what it has on both sides."""
    side, wire = Side(), Wire()
    tunnel = Tunnel(b"request", side)
    tunnel.connection_made(wire)
    return tunnel, side, wire


def with_tunnel(scenario: Callable[[Tunnel, Side, Wire], None]) -> None:
    async def run() -> None:
        tunnel, side, wire = connected()
        assert wire.sent == [b"request"]
        scenario(tunnel, side, wire)
        if tunnel.opened.done():
            tunnel.opened.exception()
        await asyncio.sleep(0)

    asyncio.run(run())


def test_the_first_message_of_a_channel_is_no_data() -> None:
    def scenario(tunnel: Tunnel, side: Side, _: Wire) -> None:
        tunnel.data_received(SWITCHING + from_server(BINARY, b"\x00\x12\x34"))
        tunnel.data_received(from_server(BINARY, b"\x01\x12\x34"))
        assert side.got == b""
        tunnel.data_received(from_server(BINARY, b"\x00abc") + from_server(BINARY, b"\x00d"))
        assert side.got == b"abcd"

    with_tunnel(scenario)


def test_what_the_pod_reports_is_why_it_ended() -> None:
    def scenario(tunnel: Tunnel, side: Side, wire: Wire) -> None:
        tunnel.data_received(SWITCHING)
        for _ in range(2):
            tunnel.data_received(from_server(BINARY, b"\x01connection refused\n"))
        assert wire.closed
        tunnel.connection_lost(None)
        assert [str(error) for error in side.ended] == ["connection refused"]

    with_tunnel(scenario)


def test_a_ping_is_answered_and_a_close_ends_it() -> None:
    def scenario(tunnel: Tunnel, _: Side, wire: Wire) -> None:
        tunnel.data_received(SWITCHING + from_server(PING, b"x"))
        assert wire.sent[-1] == frame(PONG, b"x")
        tunnel.data_received(from_server(CLOSE, b""))
        assert wire.sent[-1] == frame(CLOSE, b"")
        assert wire.closed

    with_tunnel(scenario)


def test_a_refusal_is_read_to_its_end() -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\n"

    def scenario(tunnel: Tunnel, _: Side, __: Wire) -> None:
        tunnel.data_received(head + b"no")
        assert not tunnel.opened.done()
        tunnel.data_received(b"pe")
        error = tunnel.opened.exception()
        assert isinstance(error, RefusedError)
        assert (error.status, error.body) == (403, b"nope")

    with_tunnel(scenario)


def test_a_refusal_counts_even_when_the_connection_breaks_while_it_is_read() -> None:
    async def run() -> None:
        tunnel, side, _ = connected()
        tunnel.data_received(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nno")
        tunnel.connection_lost(OSError("application data after close notify"))
        with pytest.raises(RefusedError) as caught:
            await tunnel.opened
        assert caught.value.status == 403
        assert side.ended == [None], "it is told as the refusal that it is"

    asyncio.run(run())


def test_pressure_is_passed_on() -> None:
    def scenario(tunnel: Tunnel, side: Side, _: Wire) -> None:
        tunnel.pause_writing()
        tunnel.resume_writing()
        assert side.held == [True, False]

    with_tunnel(scenario)


def test_silence_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_KEEPALIVE", 0.02)

    async def run() -> None:
        tunnel, side, wire = connected()
        tunnel.data_received(SWITCHING)
        while not wire.aborted:
            await asyncio.sleep(0.01)
        assert wire.sent[-1] == frame(PING, b"")
        tunnel.connection_lost(None)
        assert "silent" in str(side.ended[0])

    asyncio.run(asyncio.wait_for(run(), 30))


def test_who_answers_pings_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_KEEPALIVE", 0.5)

    async def run() -> None:
        tunnel, _, wire = connected()
        tunnel.data_received(SWITCHING)
        for pings in range(1, 4):
            while wire.sent.count(frame(PING, b"")) < pings:
                await asyncio.sleep(0.01)
            tunnel.data_received(from_server(PONG, b""))
        assert not wire.aborted
        tunnel.close()

    asyncio.run(asyncio.wait_for(run(), 30))
