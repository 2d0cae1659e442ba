"""Every example of the help texts and of the guide runs as it is written."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from harness.programs import kubectl
from tests.cli.program import BIN
from tests.paths import ROOT
from tools.cli import help_texts

GUIDE = (ROOT / "docs" / "render.md").read_text()
# These need a cluster; the tests in tests/e2e/ run such.
CLUSTER = re.compile(
    r"kubectl|--live|dask-helm (list|status|scale|adapt|logs|open|connection|versions)\b(?!\.)"
)


def examples(text: str) -> list[str]:
    """Return the commands in a help text."""
    lines = text.partition("Examples:\n")[2].splitlines()
    return [line.strip() for line in lines if line.startswith("    ")]


def blocks(text: str) -> list[str]:
    """Return the shell scripts in a page."""
    return re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


HELP = [line for _, text in help_texts() for line in examples(text)]


def run(script: str, folder: Path) -> None:
    """Run a script; AssertionError when it fails, other than by a diff that finds some."""
    path = os.pathsep.join([str(BIN), str(kubectl().parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path, "SHELL": "/bin/bash"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in ((0, 1) if "diff" in script else (0,)), done.stdout + done.stderr
    assert "Error" not in done.stderr


@pytest.mark.parametrize("line", [line for line in HELP if not CLUSTER.search(line)])
def test_an_example_of_the_help_texts(line: str, folder: Path) -> None:
    run(line.replace('eval "$(dask-helm completion zsh)"', "dask-helm completion zsh"), folder)


@pytest.mark.parametrize("script", [block for block in blocks(GUIDE) if not CLUSTER.search(block)])
def test_a_script_of_the_guide(script: str, folder: Path) -> None:
    run(f"set -e\n{script}", folder)


def test_there_are_examples() -> None:
    assert len(HELP) > 20
    assert len(blocks(GUIDE)) > 5


def test_the_commands_of_the_guide_exist() -> None:
    """Those of CI files, too, which no test can run."""
    titles = {title for title, _ in help_texts()}
    used = set(re.findall(r"dask-helm ([a-z]+)", GUIDE))
    assert used <= titles | {"brings", "renders", "reads"}
