"""Every file in values/ is documentation, and a chart that Helm takes without a word."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from harness.programs import helm
from tests.paths import CHART, EXAMPLES
from tests.rendering import render

EVERY_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


def test_there_are_examples() -> None:
    wanted = "default laptop pools highmem-spot workers-only restricted ingress gitops everything"
    assert set(wanted.split()) <= {path.stem for path in EXAMPLES}


@EVERY_EXAMPLE
def test_the_first_line_says_what_it_shows(example: Path) -> None:
    assert re.match(r"# [A-Z].{20,}[.:]", example.read_text().splitlines()[0])


@EVERY_EXAMPLE
@pytest.mark.parametrize("version", [3, 4])
def test_helm_lint_strict(example: Path, version: int) -> None:
    command = [str(helm(version)), "lint", "--strict", "--quiet", str(CHART), "-f", str(example)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "")


@EVERY_EXAMPLE
def test_helm_3_and_4_render_the_same_objects(example: Path) -> None:
    values = yaml.safe_load(example.read_text())
    assert render(values, version=3) == render(values, version=4)
