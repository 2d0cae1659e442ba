"""A real cluster for the end-to-end tests, and a namespace of its own for each of them."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from devcluster.errors import UnusableError
from harness import target
from harness.release import CHART, Release
from tests.e2e.ingress import HOST
from tests.paths import ROOT

NewRelease = Callable[..., Release]


@pytest.fixture(scope="session")
def cluster() -> target.Target:
    """Return the cluster that KUBECONFIG and KUBE_CONTEXT name, else a local one."""
    try:
        return target.find()
    except (target.TargetError, UnusableError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"SKIPPED, a Kubernetes is needed: {error}")


@contextmanager
def new_namespace(cluster: target.Target, name: str = "") -> Iterator[str]:
    """Yield the name of a new namespace; it is removed afterwards."""
    name = name or f"dask-e2e-{secrets.token_hex(3)}"
    _kubectl(cluster, "create", "namespace", name)
    try:
        yield name
    finally:
        # At once, so that tests that look everywhere find no release here any more.
        _kubectl(cluster, "delete", "deployments", "--all", f"--namespace={name}", "--wait=false")
        _kubectl(cluster, "delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="module")
def module_release(cluster: target.Target) -> Iterator[Release]:
    """Yield the release `demo`, not installed yet, in a namespace of the module's own."""
    with new_namespace(cluster) as name:
        yield Release(cluster, "demo", name)


@pytest.fixture
def namespace(cluster: target.Target) -> Iterator[str]:
    """Yield the name of a namespace for one test."""
    with new_namespace(cluster) as name:
        yield name


@pytest.fixture
def new_release(cluster: target.Target, namespace: str) -> NewRelease:
    """Return a function from a release name (and Helm version) to a Release in the namespace."""

    def new(name: str = "demo", version: int = 4) -> Release:
        return Release(cluster, name, namespace, version)

    return new


@pytest.fixture
def release(new_release: NewRelease) -> Release:
    """Return the release `demo`, not installed yet."""
    return new_release()


@pytest.fixture
def elsewhere(new_release: NewRelease) -> Release:
    """Return a release whose name no other has, whatever runs on the cluster; it has no workers."""
    release = new_release(f"only-{secrets.token_hex(3)}")
    none = {"workers": {"default": {"replicas": 0}}, "jupyter": {"enabled": False}}
    release.helm("install", release.name, CHART, values=none)
    return release


@pytest.fixture
def temporary_files(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the folder in which this process alone makes temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _kubectl(cluster: target.Target, *arguments: str) -> None:
    subprocess.run(cluster.kubectl(*arguments), check=True, capture_output=True)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Yield a page of a real browser for which HOST is this machine.

    In CI, the pictures in the test's folder are kept in the folder `screenshots`.
    """
    arguments = [
        "--no-sandbox",
        f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(300_000)
        expect.set_options(timeout=300_000)
        shown = context.new_page()
        yield shown
        shown.screenshot(path=tmp_path / "end.png")
        browser.close()
        if os.environ.get("CI") == "true":
            kept = ROOT / "screenshots" / tmp_path.name
            kept.mkdir(parents=True, exist_ok=True)
            for picture in tmp_path.glob("*.png"):
                shutil.copy(picture, kept)
