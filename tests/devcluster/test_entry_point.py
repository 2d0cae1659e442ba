"""The image's entry point installs what is asked for and then becomes the command."""

import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

SCRIPT = ROOT / "devcluster" / "files" / "prepare.sh"
STUBS = {"pip": 'echo "pip $*"', "apt-get": 'echo "apt-get $*"', "id": "echo $TEST_USER"}


def prepare(folder: Path, user: str = "1000", **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the entry point with programs that only say what they were called with."""
    for name, script in STUBS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": "/home/x", "TEST_USER": user, **extra}
    words = ["sh", str(SCRIPT), "sh", "-c", 'echo "$0 $PATH"', "ran"]
    return subprocess.run(words, env=environment, capture_output=True, text=True)


def test_the_command_runs_with_the_users_own_programs_in_reach(tmp_path: Path) -> None:
    assert prepare(tmp_path).stdout == f"ran {tmp_path}:/usr/bin:/bin:/home/x/.local/bin\n"


def test_pip_packages(tmp_path: Path) -> None:
    lines = prepare(tmp_path, EXTRA_PIP_PACKAGES="a b==1").stdout.splitlines()
    assert lines[0] == "pip install --no-cache-dir a b==1"
    assert lines[1].startswith("ran ")


def test_apt_packages_as_root(tmp_path: Path) -> None:
    lines = prepare(tmp_path, user="0", EXTRA_APT_PACKAGES="git").stdout.splitlines()
    assert lines[:2] == ["apt-get update", "apt-get install -y --no-install-recommends git"]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("APT", "EXTRA_APT_PACKAGES needs root, and this container runs as user 1000\n"),
        ("CONDA", "EXTRA_CONDA_PACKAGES: this image has no conda; use EXTRA_PIP_PACKAGES\n"),
    ],
)
def test_what_cannot_be_installed_is_refused(tmp_path: Path, extra: str, message: str) -> None:
    done = prepare(tmp_path, **{f"EXTRA_{extra}_PACKAGES": "x"})
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)
