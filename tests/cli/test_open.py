"""`dask-helm open` without a browser, and with one that is none."""

import base64
import socket
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from dask_helm.cli.commands import open as command

from tests.cli.program import invoke
from tests.cluster.fakes import deployment, ours, pod, thing
from tests.cluster.server import ObjectServer

TOKEN = "s3/cret"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObjectServer]:
    """Yield an API server with a Jupyter, and its token in a Secret."""
    own = ours("r", "jupyter")
    running = pod("r-dask-jupyter-1", own)
    secret = {"secretKeyRef": {"name": "login", "key": "token"}}
    env = [{"name": "JUPYTER_TOKEN", "valueFrom": secret}]
    running["spec"]["containers"] = [{"name": "jupyter", "env": env}]
    data = {"token": base64.b64encode(TOKEN.encode()).decode()}
    objects = [deployment("r-dask-jupyter", own), running, thing("secrets", "login", {}, data=data)]
    server = ObjectServer(tmp_path, *objects)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the URLs that a browser opens; then Ctrl-C is pressed."""
    urls: list[str] = []

    def launch(url: str) -> None:
        urls.append(url)
        raise KeyboardInterrupt

    monkeypatch.setattr(click, "launch", launch)
    monkeypatch.setattr(webbrowser, "get", lambda: None)
    return urls


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Yield the preferred port, which is in use."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setitem(command._PORTS, "jupyter", number)
        yield number


def test_the_browser_is_logged_in_and_the_token_not_printed(
    server: ObjectServer, launched: list[str]
) -> None:
    done = invoke("open", "jupyter", "--kubeconfig", server.kubeconfig, code=130)
    assert launched == [f"{done.stdout.strip()}?token=s3%2Fcret"]
    assert "s3" not in done.output


def test_a_port_in_use_is_named_with_its_replacement(server: ObjectServer, port: int) -> None:
    done = invoke("open", "jupyter", "--kubeconfig", server.kubeconfig, code=130)
    used = int(done.stdout.strip().rpartition(":")[2].strip("/"))
    assert port < used <= port + 100
    assert f"Local port {port} is in use. The port-forward uses {used}." in done.stderr


def test_without_permission_the_command_for_the_token_is_printed(
    server: ObjectServer, launched: list[str]
) -> None:
    server.kubernetes.objects.pop()  # the Secret
    done = invoke("open", "jupyter", "--kubeconfig", server.kubeconfig, code=130)
    assert launched == [done.stdout.strip()]
    assert "kubectl -n here get secret login -o jsonpath='{.data.token}'" in done.stderr


@pytest.fixture
def published(server: ObjectServer) -> ObjectServer:
    """Return the server with an Ingress for Jupyter."""
    ingress = {"host": "example.com", "http": {"paths": [{"path": "/at"}]}}
    server.kubernetes.objects.append(
        thing("ingresses", "r", ours("r", "jupyter"), spec={"rules": [ingress]})
    )
    return server


def test_a_machine_without_a_browser_is_told(
    published: ObjectServer, launched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def get() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", get)
    done = invoke("open", "jupyter", "--kubeconfig", published.kubeconfig)
    assert not launched
    assert "no browser here. Use --no-browser" in done.stderr


def test_without_a_browser_the_url_has_the_token(published: ObjectServer) -> None:
    done = invoke("open", "jupyter", "--no-browser", "--kubeconfig", published.kubeconfig)
    assert done.stdout == "http://example.com/at/?token=s3%2Fcret\n"
