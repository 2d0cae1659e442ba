"""Whose credentials are used."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dask_helm.cluster import access
from dask_helm.cluster.access import Access, from_auth
from dask_helm.errors import ArgumentError, KubeconfigError

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: first}}
- {name: two, context: {cluster: c, user: u, namespace: second}}
- {name: three, context: {cluster: c, user: u}}
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", certificate-authority-data: YQ==}}]
users: [{name: u, user: {token: t, client-key-data: YQ==, client-certificate-data: YQ==}}]
"""


class InCluster:
    """As in dask-kubernetes."""


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (None, Access()),
        ("file", Access("file")),
        (Path("file"), Access("file")),
        (InCluster(), Access()),
        ([InCluster(), SimpleNamespace(config_file="f", context="c")], Access("f", "c")),
        (SimpleNamespace(config_file=None, context=None), Access()),
    ],
)
def test_the_old_argument(auth: Any, expected: Access) -> None:
    assert from_auth(auth, None, None) == expected
    assert from_auth(auth, "new", "newer") == Access("new", "newer")


def test_another_auth_is_refused() -> None:
    with pytest.raises(ArgumentError, match="kubeconfig=FILE") as caught:
        from_auth(3, None, None)
    assert isinstance(caught.value, ValueError)


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    return str(file)


@pytest.mark.parametrize(
    ("context", "namespace"), [(None, "first"), ("two", "second"), ("three", "default")]
)
def test_the_namespace_is_that_of_the_context(
    kubeconfig: str, context: str | None, namespace: str
) -> None:
    async def read() -> str:
        chosen = Access(kubeconfig, context)
        api = await chosen.login()
        files = access.temporary_files(api)
        assert [Path(file).read_text() for file in files] == ["a"] * 3
        for file in files:
            Path(file).unlink()
        return chosen.namespace(api)

    assert asyncio.run(read()) == namespace


def test_wrong_ones_are_named(kubeconfig: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("{")
    for chosen in (Access(kubeconfig, "nix"), Access("/nix"), Access(str(broken))):
        with pytest.raises(KubeconfigError, match=r"nix|broken") as caught:
            asyncio.run(chosen.login())
        assert "kubectl config get-contexts" in str(caught.value)


def test_none_at_all_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for places in (None, "/nix", "/nix:/nor"):
        monkeypatch.delenv("KUBECONFIG", raising=False)
        if places:
            monkeypatch.setenv("KUBECONFIG", places)
        with pytest.raises(KubeconfigError) as caught:
            asyncio.run(Access().login())
        assert f"there is no kubeconfig {places or '~/.kube/config'}. " in str(caught.value)


def test_in_a_pod(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kubeconfig: str) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(access, "SERVICE_ACCOUNT", tmp_path)
    assert not Access().in_pod
    (tmp_path / "token").write_text("t")
    assert Access().in_pod
    assert not Access(kubeconfig).in_pod
    assert not Access(context="two").in_pod
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    assert not Access().in_pod
