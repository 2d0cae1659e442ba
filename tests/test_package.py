"""What is shipped: a wheel that carries the chart, and a chart that is small; versions agree."""

import subprocess
import sys
import zipfile
from pathlib import Path

import dask_helm
import yaml

from harness.programs import helm
from tests.paths import CHART, ROOT, VALUES


def files(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


def test_the_wheel_carries_chart_schemas_and_examples(tmp_path: Path) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    build = [uv, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"dask_helm/_data/chart/{name}" for name in files(CHART)} <= names
    assert {f"dask_helm/_data/values/{name}" for name in files(VALUES)} <= names
    assert {"dask_helm/_data/schemas/values.schema.yaml", "dask_helm/py.typed"} <= names


def test_the_packed_chart(tmp_path: Path) -> None:
    subprocess.run([helm(), "package", CHART, "-d", tmp_path], check=True, capture_output=True)
    (package,) = tmp_path.glob("dask-*.tgz")
    assert package.stat().st_size < 100_000, "Helm stores it in every release"


def test_versions_agree() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == dask_helm.__version__
    requirements = (ROOT / "requirements.txt").read_text().splitlines()
    assert f"dask=={chart['appVersion']}" in requirements
    assert f"distributed=={chart['appVersion']}" in requirements
