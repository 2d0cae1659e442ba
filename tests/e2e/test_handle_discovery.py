"""Releases are discovered: by `dask_helm.discover`, and by the real dask-ctl."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dask_helm import HelmCluster, discover

from harness.handles import SMALL, Observer
from harness.release import Release
from tests.e2e.conftest import NewRelease

VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    "workers": {"default": {"replicas": 1, "resources": SMALL}},
}
# The last release of dask-ctl imports a name that distributed has not any more.
RUN = """
import sys
import distributed.cli.utils
distributed.cli.utils.install_signal_handlers = lambda loop: None
from dask_ctl.cli import cluster
cluster(sys.argv[1:], prog_name="dask cluster")
"""


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def test_by_namespace_and_everywhere(installed: Release, new_release: NewRelease) -> None:
    other = new_release("other.name")
    other.install(values={**VALUES, "fullnameOverride": "other"})
    access: dict[str, Any] = {
        "kubeconfig": str(installed.target.kubeconfig),
        "context": installed.target.context,
    }
    here, there = f"demo.{installed.namespace}", f"other.name.{other.namespace}"
    assert list(discover(namespace=installed.namespace, **access)) == [(here, HelmCluster)]
    assert {here, there} <= {name for name, _ in discover(**access)}

    async def names() -> set[str]:
        return {name async for name, _ in discover(**access)}

    assert {here, there} <= asyncio.run(names())
    with HelmCluster.from_name(there, **access) as cluster:
        assert (cluster.release_name, cluster.namespace) == ("other.name", other.namespace)


def test_a_cluster_that_cannot_be_asked_is_warned_of(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(
        "{kind: Config, apiVersion: v1, current-context: c,"
        " contexts: [{name: c, context: {cluster: c, user: u}}],"
        " clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}],"
        " users: [{name: u, user: {token: t}}]}"
    )
    with pytest.warns(UserWarning, match="Cannot reach the API server"):
        assert list(discover(kubeconfig=str(kubeconfig))) == []
    assert list(discover(kubeconfig=str(tmp_path / "nix"))) == []


@pytest.fixture(scope="module")
def dask_ctl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with dask-ctl, which must not be seen by the other tests' `dask`."""
    folder = tmp_path_factory.mktemp("dask-ctl")
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, "dask-ctl==2024.1.0"], check=True)
    return folder


def test_dask_ctl(installed: Release, dask_ctl: Path, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "KUBECONFIG": str(installed.target.kubeconfig),
        "PYTHONPATH": str(dask_ctl),
        "PYTHONWARNINGS": "ignore",
        "DASK_CONFIG": str(tmp_path),
        "COLUMNS": "200",
    }
    name = f"demo.{installed.namespace}"

    def cluster(*arguments: str) -> str:
        command = [sys.executable, "-c", RUN, *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    methods = cluster("discovery", "list")
    assert "helmcluster" in methods
    rows = [line for line in cluster("list", "helmcluster").splitlines() if name in line]
    assert len(rows) == 1
    assert "HelmCluster" in rows[0]
    assert "Running" in rows[0]
    assert "Scaled cluster" in cluster("scale", name, "2")
    assert Observer(installed).replicas() == 2
    cluster("scale", name, "1")
    assert Observer(installed).replicas() == 1
    assert name in cluster("snippet", name)
