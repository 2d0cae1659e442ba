"""`dask-helm images`: every image of the rendered objects, with who uses it."""

import json
import re
from pathlib import Path

import pytest

from tests import rendering
from tests.cli.program import data, printed, refusal
from tests.paths import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_all_images_that_helm_renders_are_listed(example: Path) -> None:
    text = rendering.template({}, "-f", example).stdout
    rendered = set(re.findall(r"^ *-? *image: \"?([^\s\"{]+)\"?$", text, re.MULTILINE))
    assert rendered
    assert printed("images", "-f", example, "-o", "name").split() == sorted(rendered)


def test_who_uses_an_image() -> None:
    own = ("--set", "workers.big.image.repository=localhost/other", "--set", "image.tag=1")
    found = {one["image"]: one["usedBy"] for one in data("images", *own)}
    assert found["localhost/other:1"] == ["worker big"]
    assert found["ghcr.io/dask/dask:1"] == ["scheduler", "worker default", "test"]
    volume = {"name": "data", "image": {"reference": "localhost/data:1"}}
    text = printed("images", "--set-json", f"jupyter.volumes={json.dumps([volume])}")
    assert re.search(r"^localhost/data:1 +jupyter$", text, re.MULTILINE)


def test_wrong_values_are_refused() -> None:
    assert "image.tag" in refusal("images", "--set", "image.tag=a b")
