"""`dask-helm connection`, and a process that has nothing but what it prints."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask_helm import labels
from dask_helm.cluster.connect import addresses
from distributed import LocalCluster
from distributed.security import Security

from tests.cli.program import invoke, refusal
from tests.cluster.certificates import configured, texts, written
from tests.cluster.fakes import deployment, ours, pod, thing
from tests.cluster.server import ObjectServer

OWN = ours("r", "scheduler")
LOCAL: dict[str, Any] = {
    "n_workers": 1,
    "processes": False,
    "protocol": "tcp",
    "host": "127.0.0.1",
    "dashboard_address": ":0",
}
COMPUTE = """
from distributed import Client
with Client(timeout=120) as client:
    print(client.submit(sum, [1, 2]).result(120), client.dashboard_link)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObjectServer]:
    """Yield an API server with a scheduler on the node 127.0.0.1."""
    running = pod("s", OWN, creationTimestamp="now")
    running["status"]["hostIP"] = "127.0.0.1"
    running["spec"]["containers"] = [{"name": "scheduler"}]
    server = ObjectServer(tmp_path, deployment("r-dask-scheduler", OWN), running)
    yield server
    server.stop()


@pytest.fixture
def _others_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other machines be this one: tests send nothing beyond it."""
    monkeypatch.setattr(addresses, "is_loopback", lambda _: False)


def service(server: ObjectServer, kind: str, **comm: Any) -> None:
    """Add the scheduler's Service."""
    ports = [
        {"name": labels.COMM_PORT, "port": 8786, **comm},
        {"name": labels.DASHBOARD_PORT, "port": 8787, "nodePort": 30787},
    ]
    spec = {"type": kind, "ports": ports, "selector": OWN}
    server.kubernetes.objects.append(thing("services", "r-dask-scheduler", OWN, spec=spec))


def computed(configuration: str, folder: Path) -> str:
    """Return what a process prints that has this configuration and no kubeconfig."""
    file = folder / "shared.yaml"
    file.write_text(configuration)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DASK_CONFIG": str(file)}
    command = [sys.executable, "-c", COMPUTE]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return done.stdout.strip()


@pytest.mark.usefixtures("_others_are_here")
def test_a_client_needs_nothing_else(server: ObjectServer, tmp_path: Path) -> None:
    with LocalCluster(**LOCAL) as local:
        service(server, "NodePort", nodePort=local.scheduler.port)
        done = invoke("connection", "--kubeconfig", server.kubeconfig)
        assert done.stderr == ""
        assert done.stdout.startswith("# The Dask cluster r.here. Set DASK_CONFIG to ")
        assert yaml.safe_load(done.stdout) == {
            "scheduler-address": f"tcp://127.0.0.1:{local.scheduler.port}",
            "distributed": {"dashboard": {"link": "http://127.0.0.1:30787/status"}},
        }
        assert computed(done.stdout, tmp_path) == "3 http://127.0.0.1:30787/status"


@pytest.mark.usefixtures("_others_are_here")
@pytest.mark.parametrize("in_files", [False, True])
def test_with_tls_it_holds_the_certificates(
    server: ObjectServer, tmp_path: Path, in_files: bool
) -> None:
    own = Security.temporary()
    files = written(own, tmp_path)
    service(server, "ClusterIP")
    with LocalCluster(**{**LOCAL, "protocol": "tls"}, security=own) as local:
        with configured(files if in_files else texts(own)):
            address = ["--address", local.scheduler_address]
            done = invoke("connection", *address, "--kubeconfig", server.kubeconfig)
        assert "The output contains a private key." in done.stderr
        for file in files.values():
            Path(file).unlink()
        assert computed(done.stdout, tmp_path).startswith("3 ")


def test_what_others_cannot_use_is_refused(server: ObjectServer) -> None:
    service(server, "ClusterIP")
    where = ["connection", "--kubeconfig", str(server.kubeconfig)]
    said = refusal(*where, code=1)
    assert "The scheduler of r.here can only be reached inside of Kubernetes" in said
    assert "Set scheduler.service.type to LoadBalancer or NodePort, or give an address" in said
    assert "--address tcp://HOST:8786" in said
    with LocalCluster(**LOCAL) as local:
        said = refusal(*where, "--address", local.scheduler_address)
    assert f"{local.scheduler_address} can only be reached on this machine" in said


def test_certificates_that_are_missing_or_wrong_are_named(
    server: ObjectServer, tmp_path: Path
) -> None:
    own = Security.temporary()
    service(server, "ClusterIP")
    words = ["--address", "tls://127.0.0.1:1", "--kubeconfig", str(server.kubeconfig)]
    key = tmp_path / "client.key"
    with configured({**texts(own), "client.key": str(key)}):
        said = refusal("versions", *words, code=1)
    assert said.startswith(f"Error: Cannot read the certificate file {key}: No such file")
    with configured({**texts(own), "client.key": "not\na key"}):
        said = refusal("versions", *words, code=1)
    assert said.startswith("Error: The certificates for the scheduler are invalid: ")
