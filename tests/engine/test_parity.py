"""Both engines render our chart to the same objects, or both refuse the values.

`make test-long` sets DASK_HELM_EXAMPLES for the long variant.
"""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask_helm.engine import Release, to_yaml
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import Values, collect
from dask_helm.errors import DaskHelmError
from dask_helm.renderer import Renderer
from hypothesis import HealthCheck, given, settings

from harness.programs import helm
from tests.engine.strategies import chart_values
from tests.paths import CHART, EXAMPLES

EXAMPLE_COUNT = int(os.environ.get("DASK_HELM_EXAMPLES", "200"))
RELEASE = Release("demo", "team")

Objects = list[dict[str, Any]]


def helms(version: int, *arguments: str | Path, text: str = "") -> Objects | None:
    """Return the objects that the real Helm renders, None when it refuses."""
    command = [helm(version), "template", RELEASE.name, CHART, "-n", RELEASE.namespace, *arguments]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return goyaml.load_all(result.stdout) if result.returncode == 0 else None


def ours(values: Values, renderer: Renderer) -> Objects | None:
    """Return what our printed text means to a reader with Go's rules, None when we refuse."""
    try:
        printed = to_yaml(renderer.render(values, RELEASE).manifests)
    except DaskHelmError as error:
        return None if error.exit_code == 2 and str(error) else pytest.fail(f"{error!r}")
    return goyaml.load_all(printed)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_renders_alike(example: Path, version: int, renderer: Renderer) -> None:
    expected = helms(version, "-f", example)
    assert expected is not None
    assert ours(collect([example]), renderer) == expected


@settings(
    max_examples=EXAMPLE_COUNT,
    database=None,
    derandomize="DASK_HELM_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(values=chart_values())
def test_generated_values_render_alike(values: dict[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False)
    with ThreadPoolExecutor(2) as pool:
        three, four = pool.map(lambda version: helms(version, "-f", "-", text=text), (3, 4))
    us = ours(collect([goyaml.load(text)]), _RENDERER)
    assert us == three == four


_RENDERER = Renderer()


def test_rendering_twice_gives_the_same_bytes(renderer: Renderer) -> None:
    for example in EXAMPLES:
        values = collect([example])
        first, second = (to_yaml(renderer.render(values, RELEASE).manifests) for _ in range(2))
        fresh = to_yaml(Renderer().render(values, RELEASE).manifests)
        assert first == second == fresh


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_helm_engine_behind_the_same_function(example: Path, renderer: Renderer) -> None:
    values = collect([example])
    theirs = Renderer(engine="helm", program=str(helm(4))).render(values, RELEASE)
    assert theirs.manifests == renderer.render(values, RELEASE).manifests


def test_the_notes_are_those_that_helm_prints(renderer: Renderer) -> None:
    result = subprocess.run(
        [helm(4), "install", RELEASE.name, CHART, "-n", RELEASE.namespace, "--dry-run=client"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    notes = result.stdout.partition("NOTES:\n")[2]
    assert notes.strip() == renderer.render(collect([{}]), RELEASE).notes.strip()


def test_stock_yaml_readers_see_the_same(renderer: Renderer) -> None:
    """Nothing we print is read as anything else by a reader of YAML 1.1 that is not Go's."""
    for example in EXAMPLES:
        printed = to_yaml(renderer.render(collect([example]), RELEASE).manifests)
        assert list(yaml.safe_load_all(printed)) == goyaml.load_all(printed)
