"""The Jupyter server: its token, its way to the scheduler, and notebooks that stay."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from dask_helm import labels

from harness import observation
from harness.release import Release
from tests.paths import VALUES

ONE_WORKER: dict[str, Any] = {"workers": {"default": {"replicas": 1}}}


def status(port: int, path: str, token: str = "") -> int:
    """Return the HTTP status of a page of the server."""
    address = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def stock(release: Release) -> dict[str, Any]:
    """Return the values for an image of Jupyter without this package, or skip the test."""
    if not release.target.stock:
        pytest.skip("SKIPPED, NOTEBOOK_IMAGE and PACKAGES_IMAGE must name images")
    return release.target.stock


def in_jupyter(release: Release, *command: str) -> str:
    return release.kubectl("exec", "deployment/demo-dask-jupyter", "--", *command)


def test_a_random_token_and_the_way_to_the_scheduler(release: Release) -> None:
    release.install(values={**ONE_WORKER, "jupyter": {"prefix": "/lab", "port": 8889}})
    token = release.jupyter_token()
    assert len(token) >= 32
    with release.forwarded("service/demo-dask-jupyter", 8889) as port:
        assert status(port, "/lab/api/contents") == 403
        assert status(port, "/lab/api/contents", "dask") == 403
        assert status(port, "/lab/api/contents", token) == 200
        assert status(port, "/lab/lab", token) == 200
    script = "from distributed import Client; c = Client(); print(c.submit(sum, [1, 2]).result())"
    assert in_jupyter(release, "python", "-c", script).split()[-1] == "3"


@pytest.fixture
def volume(release: Release) -> Iterator[str]:
    """Yield the name of a volume on one node that a user of group 1000 may write."""
    name = f"dask-e2e-{secrets.token_hex(3)}"
    path = f"/tmp/{name}"
    with prepared_folder(release, name, path):
        terms = [{"matchExpressions": [on_node(release, name)]}]
        spec = {
            "capacity": {"storage": "5Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": name,
            "hostPath": {"path": path},
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        }
        apply(release, "PersistentVolume", name, spec)
        yield name
        release.kubectl("delete", "persistentvolume", name, "--wait=false")


def on_node(release: Release, pod: str) -> dict[str, Any]:
    node = release.kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}")
    return {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}


def apply(release: Release, kind: str, name: str, spec: dict[str, Any]) -> None:
    document = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    release.kubectl("apply", "-f", "-", stdin=json.dumps(document))


@contextmanager
def prepared_folder(release: Release, name: str, path: str) -> Iterator[None]:
    """Make a folder on some node by a pod of root's, and remove it at the end."""
    image = release.target.image.get("image", {"repository": "ghcr.io/dask/dask", "tag": "latest"})
    clean = "trap 'rm -rf /folder/* /folder/.[!.]*; exit' TERM"
    script = f"chmod 777 /folder; {clean}; sleep infinity & wait"
    container = {
        "name": "folder",
        "image": f"{image['repository']}:{image['tag']}",
        "command": ["sh", "-c", script],
        "securityContext": {"runAsUser": 0},
        "volumeMounts": [{"name": "folder", "mountPath": "/folder"}],
    }
    host_path = {"path": path, "type": "DirectoryOrCreate"}
    volumes = [{"name": "folder", "hostPath": host_path}]
    apply(release, "Pod", name, {"containers": [container], "volumes": volumes})
    release.kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=400s")
    yield
    release.kubectl("delete", "pod", name)


def test_a_token_from_a_secret_and_notebooks_that_stay(release: Release, volume: str) -> None:
    token = secrets.token_hex(24)
    release.kubectl("create", "secret", "generic", "jupyter-login", f"--from-literal=token={token}")
    own = {"jupyter": {"persistence": {"storageClassName": volume}}}
    release.install("-f", VALUES / "jupyter.yaml", values=own)
    with release.forwarded("service/demo-dask-jupyter", 8888) as port:
        assert status(port, "/api/contents", token) == 200
        assert status(port, "/api/contents", "x" * 48) == 403
    log = release.kubectl("logs", "deployment/demo-dask-jupyter")
    assert "token=..." in log
    assert token not in log
    edit = "cd /home/jovyan; echo kept > notebook.ipynb; rm dask-examples/1-*; ls"
    assert "NOT-SAVED" not in in_jupyter(release, "sh", "-c", edit)

    (before,) = observation.pods(release, labels.JUPYTER)
    release.kubectl("delete", "pod", before["metadata"]["name"])
    release.kubectl("rollout", "status", "deployment/demo-dask-jupyter", "--timeout=400s")
    assert in_jupyter(release, "cat", "/home/jovyan/notebook.ipynb").strip() == "kept"
    examples = in_jupyter(release, "ls", "/home/jovyan/dask-examples").split()
    assert len(examples) == 3, "a deleted example does not come back"

    release.uninstall()
    left = {name for name in observation.everything(release) if name.startswith("Persistent")}
    assert left == {"PersistentVolumeClaim/demo-dask-jupyter"}, "the notebooks outlive the release"


def test_without_persistence_nothing_is_claimed(release: Release) -> None:
    release.install(values={**ONE_WORKER, "jupyter": {"replicas": 0}})
    assert not observation.pods(release, labels.JUPYTER)
    assert not release.objects("persistentvolumeclaim")
