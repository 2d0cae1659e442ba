"""Charts of other shapes than ours render as Helm 3 and 4 render them, or are refused."""

from pathlib import Path
from typing import Any

import pytest
from dask_helm.engine import Release, to_yaml
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import collect
from dask_helm.errors import InputError
from dask_helm.renderer import Renderer

from tests.engine.charts import RELEASE, helm_template
from tests.engine.small_charts import REFUSED, RENDERED, UNSUPPORTED, Files

CHART = "{apiVersion: v2, name: small, version: 0.1.0}"


def written(folder: Path, files: Files) -> Path:
    for name, content in {"Chart.yaml": CHART, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def ours(chart: Path, release: Release = RELEASE) -> list[Any]:
    return goyaml.load_all(to_yaml(Renderer(chart).render(collect([{}]), release).manifests))


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("name", RENDERED)
def test_a_small_chart_renders_as_helm_renders_it(tmp_path: Path, name: str, version: int) -> None:
    chart = written(tmp_path / "small", RENDERED[name])
    result = helm_template(chart, version)
    assert result.returncode == 0, result.stderr
    expected = goyaml.load_all(result.stdout)
    assert expected
    assert ours(chart) == expected


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("name", REFUSED)
def test_what_helm_refuses_is_refused(tmp_path: Path, name: str, version: int) -> None:
    chart = written(tmp_path / "small", REFUSED[name])
    assert helm_template(chart, version).returncode != 0
    with pytest.raises(InputError):
        ours(chart)


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_supported_is_refused_and_not_rendered_in_part(
    tmp_path: Path, name: str
) -> None:
    files, message = UNSUPPORTED[name]
    chart = written(tmp_path / "small", files)
    assert helm_template(chart, 4).returncode == 0
    with pytest.raises(InputError, match=message):
        ours(chart)


def test_an_empty_namespace_is_the_default_one(tmp_path: Path) -> None:
    text = "kind: A\nnamespace: {{ .Release.Namespace }}\n"
    chart = written(tmp_path / "small", {"templates/a.yaml": text})
    assert ours(chart, Release("demo", "")) == [{"kind": "A", "namespace": "default"}]
