"""Which cluster the demo and the end-to-end tests take, and what they refuse to touch."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo import __main__ as demo
from devcluster import api
from devcluster.errors import CommandError, UnusableError
from harness import __main__ as harness
from harness import target


@pytest.fixture
def no_local_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    def unusable() -> None:
        raise UnusableError("a local Kubernetes needs root")

    monkeypatch.setattr(api, "ensure", unusable)
    for name in ("KUBECONFIG", "KUBE_CONTEXT", "DASK_IMAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_local_cluster")
def test_a_kubeconfig_without_a_context_is_not_touched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/me/production")
    assert demo.main() == 2
    assert capsys.readouterr().err == (
        "KUBECONFIG is set to /home/me/production. To use that cluster name the context, too: "
        "KUBE_CONTEXT=NAME; for a local cluster: unset KUBECONFIG\n"
    )


@pytest.mark.usefixtures("no_local_cluster")
def test_a_cluster_that_is_named_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/me/config")
    monkeypatch.setenv("KUBE_CONTEXT", "kind-kind")
    monkeypatch.setenv("DASK_IMAGE", "registry.example.com:5000/dask:1")
    found = target.find()
    expected = ["--kubeconfig", "/home/me/config", "--context", "kind-kind", "get", "pods"]
    assert found.kubectl("get", "pods")[1:] == expected
    image = {"repository": "registry.example.com:5000/dask", "tag": "1"}
    assert found.image == {"image": image, "jupyter": {"image": {"repository": None}}}


def test_what_make_cluster_told_to_export_is_the_local_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    local = api.Cluster(api.KUBECONFIG, tmp_path, "localhost/dask:1", "inputs")
    monkeypatch.setattr(api, "ensure", lambda: local)
    monkeypatch.setattr(target, "run", lambda *_: "dask-helm\n")
    monkeypatch.setenv("KUBECONFIG", str(local.kubeconfig))
    monkeypatch.delenv("KUBE_CONTEXT", raising=False)
    assert target.find().context == "dask-helm"


@pytest.mark.parametrize("main", [demo.main, harness.main], ids=["demo", "harness"])
@pytest.mark.parametrize(("error", "status"), [(UnusableError("x"), 2), (CommandError("x"), 1)])
def test_a_cluster_that_does_not_start_is_no_traceback(
    main: Callable[[], int],
    error: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(target, "find", fails)
    assert main() == status
    assert capsys.readouterr().err == f"{error}\n"
