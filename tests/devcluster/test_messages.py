"""What a person is told whose machine cannot run the cluster: one sentence, exit status 2."""

import os
import platform
from pathlib import Path

import pytest

from devcluster import host, programs
from devcluster.__main__ import main
from devcluster.errors import UnusableError

INSTEAD = "name your own by KUBECONFIG and KUBE_CONTEXT, or run `make kind` with Docker.\n"


@pytest.mark.parametrize("word", ["up", "down"])
def test_not_linux(
    word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert main([word]) == 2
    expected = f"a local Kubernetes needs Linux, and this is Darwin: {INSTEAD}"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("word", ["up", "down"])
def test_not_root(
    word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main([word]) == 2
    expected = f"a local Kubernetes needs root; try again with `sudo`: {INSTEAD}"
    assert capsys.readouterr().err == expected


def test_root_of_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho not permitted >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(UnusableError, match=r"^a local Kubernetes needs a root who may make names"):
        host.require_namespaces()


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that does not answer is told from other failures, by what was said about it."""
    monkeypatch.setenv("DASK_HELM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("GOFLAGS", "-modcacherw")
    with pytest.raises(
        UnusableError, match=r"^no package registry answers \(.*refused\): name your own"
    ):
        programs.program("helm")


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start"]) == 2
    usage = "usage: python3 -m devcluster up | down | status | kind\n"
    assert capsys.readouterr().err == usage
