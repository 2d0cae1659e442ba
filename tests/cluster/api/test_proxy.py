"""A proxy is used when, and only when, kubectl would use it."""

import asyncio
import base64
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.proxy import environment_proxy
from dask_helm.errors import UnavailableError

from tests.cluster.api.servers import (
    BINARY,
    Certificates,
    frame,
    kubeconfig,
    request,
    response,
    served,
    upgraded,
)

PROXY = "http://proxy.corp.example:3128"


@pytest.mark.parametrize(
    ("server", "no_proxy", "is_used"),
    [
        ("https://10.96.0.1:443", "", True),
        ("https://10.96.0.1:443", "10.0.0.0/8,.svc,.cluster.local,localhost", False),
        ("https://10.96.0.1:443", "10.96.0.1/12", False),
        ("https://10.96.0.1:443", "11.0.0.0/8, 10.97.0.0/16", True),
        ("https://10.96.0.1:443", "10.96.0.1", False),
        ("https://10.96.0.1:443", "10.96.0.1:443", False),
        ("https://10.96.0.1:6443", "10.96.0.1:443", True),
        ("https://10.96.0.1:443", "no/network,96.0.1", True),
        ("https://[fd00::1]:6443", "fd00::/8", False),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", False),
        ("https://[fd00::1]:6443", "fd00::1", False),
        ("https://[fd00::1]:6443", "10.0.0.0/8", True),
        ("https://k8s.corp.example", "corp.example", False),
        ("https://corp.example", "corp.example", False),
        ("https://corp.example", ".corp.example", True),
        ("https://k8s.corp.example", ".corp.example", False),
        ("https://k8s.corp.example", "*.corp.example", False),
        ("https://K8s.Corp.Example", "CORP.example", False),
        ("https://notcorp.example", "corp.example", True),
        ("https://k8s.corp.example", "corp.example:443", False),
        ("https://k8s.corp.example:6443", "corp.example:443", True),
        ("https://k8s.corp.example", "*", False),
        ("https://localhost:6443", "", False),
        ("https://127.0.0.1:6443", "", False),
        ("https://[::1]:6443", "", False),
    ],
)
def test_no_proxy_counts_as_for_kubectl(server: str, no_proxy: str, is_used: bool) -> None:
    for names in (("HTTPS_PROXY", "NO_PROXY"), ("https_proxy", "no_proxy")):
        environ = dict(zip(names, (PROXY, no_proxy), strict=True))
        assert environment_proxy(server, environ) == (PROXY if is_used else None)


def test_the_scheme_chooses_the_variable() -> None:
    environ = {"HTTP_PROXY": "proxy:1", "https_proxy": "https://proxy:2"}
    assert environment_proxy("http://k8s", environ) == "http://proxy:1"
    assert environment_proxy("https://k8s", environ) == "https://proxy:2"
    assert environment_proxy("https://k8s", {"HTTP_PROXY": "proxy:1"}) is None


def own_address() -> str:
    """Return an address of this machine that is not 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no network")
        return str(probe.getsockname()[0])


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer lists and port-forwards as an API server."""
    line, _ = await request(reader)
    writer.write(response('{"items": []}', close=True))
    assert line.startswith("GET /api/v1/namespaces/n/pods")


async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await upgraded(reader, writer)
    writer.write(frame(BINARY, b"\0\x12\x34"))
    await reader.read()


class Proxy:
    """A proxy that leads to a port of this machine, whatever host it is asked for."""

    def __init__(self, port: int) -> None:
        self.port, self.asked = port, list[tuple[str, dict[str, str]]]()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await request(reader))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        onward, back = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await asyncio.gather(_copy(reader, back), _copy(onward, writer))
        finally:
            back.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


def proxied(
    folder: Path, host: str, configure: Callable[[int], dict[str, str]]
) -> list[tuple[str, dict[str, str]]]:
    """List pods and open a port-forward; return what the proxy was asked.

    `configure` gets the port of the proxy and returns what the kubeconfig's cluster says of it.
    """
    own = Certificates(folder)

    async def run() -> list[tuple[str, dict[str, str]]]:
        async with AsyncExitStack() as stack:
            enter, place = stack.enter_async_context, {"ssl": own.context, "host": "0.0.0.0"}
            found = []
            for serve in (answer, tunnel):
                port = await enter(served(serve, **place))
                proxy = Proxy(port)
                more = configure(await enter(served(proxy)))
                cluster = {**own.cluster(f"https://{host}:{port}"), **more}
                file = kubeconfig(folder / "k", cluster, own.user)
                client = await enter(Kubernetes(Access(file)))
                if serve is answer:
                    assert await client.labelled("pods", "n", "a") == []
                else:
                    opened = await client.tunnel("n", "p", 1)
                    assert (await opened.receive()).data == b"\0\x12\x34"
                    await opened.close()
                found += proxy.asked
            return found

    return asyncio.run(asyncio.wait_for(run(), 60))


def test_proxy_url_of_the_kubeconfig_is_used(tmp_path: Path) -> None:
    """For requests and for port-forwards; its password is sent, and NO_PROXY does not matter."""
    asked = proxied(
        tmp_path,
        "k8s.corp.example",
        lambda port: {"proxy-url": f"http://user:p%40ss@127.0.0.1:{port}"},
    )
    assert [line.split(":")[0] for line, _ in asked] == ["CONNECT k8s.corp.example"] * 2
    login = "Basic " + base64.b64encode(b"user:p@ss").decode()
    assert [headers.get("proxy-authorization") for _, headers in asked] == [login] * 2


def test_the_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8")

    def configure(port: int) -> dict[str, str]:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        return {}

    assert len(proxied(tmp_path, "k8s.corp.example", configure)) == 2
    assert len(proxied(tmp_path, own_address(), configure)) == 2


def test_a_network_in_no_proxy_is_reached_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = own_address()
    monkeypatch.setenv("NO_PROXY", f"10.250.0.0/16,{address}/24")

    def configure(port: int) -> dict[str, str]:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        return {}

    assert proxied(tmp_path, address, configure) == []


@pytest.mark.parametrize("refusal", [b"HTTP/1.1 403 no\r\n\r\n", b"\xff\r\n\r\n", b""])
def test_a_proxy_that_refuses_is_reported(tmp_path: Path, refusal: bytes) -> None:
    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(refusal)

    async def run() -> None:
        async with served(refusing) as port:
            cluster = {"server": "https://k8s", "proxy-url": f"http://127.0.0.1:{port}"}
            async with Kubernetes(Access(kubeconfig(tmp_path / "k", cluster, {}))) as client:
                with pytest.raises(UnavailableError, match="Cannot reach the API server"):
                    await client.labelled("pods", "n", "a")
                with pytest.raises(UnavailableError, match="Cannot reach the API server"):
                    await client.tunnel("n", "p", 1)

    asyncio.run(asyncio.wait_for(run(), 60))
