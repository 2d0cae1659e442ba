"""The clusters of a fleet are what the real Helm makes of the same values."""

from pathlib import Path

import pytest
import yaml
from dask_helm import fleet

from tests.fleet.fleets import helms, objects
from tests.paths import ROOT, VALUES

EXAMPLE = ROOT / "docs/examples/fleet"

# What stands in the example's matrix, written out by hand for each cluster.
INGRESS = {"enabled": True, "className": "nginx"}


def course(name: str, size: str, *files: str, **values: object) -> tuple[list[str], object]:
    hosts = [f"{name}-{size}.dask.example.com"]
    own = {"commonLabels": {"course": name}, "jupyter": {"ingress": {**INGRESS, "hosts": hosts}}}
    return ["base.yaml", *files], {**own, **values}


SMALL = {"workers": {"default": {"replicas": 2}}}
CLUSTERS: dict[str, tuple[list[str], object]] = {
    "staff": (["base.yaml", "staff.yaml"], {}),
    "climate-small": course("climate", "small", **SMALL),
    "genomics-small": course("genomics", "small", **SMALL),
    "genomics-large": course("genomics", "large", "large.yaml"),
    "vision-small": course("vision", "small", **SMALL),
    "vision-large": course("vision", "large", "large.yaml", "gpu.yaml"),
}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("example")
    report = fleet.render(EXAMPLE / "fleet.yaml", output, jobs=2)
    assert [cluster.name for cluster in report.clusters] == list(CLUSTERS)
    assert not report.failed
    return output


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_example_is_what_helm_makes_of_it(rendered: Path, tmp_path: Path, name: str) -> None:
    files, values = CLUSTERS[name]
    inline = tmp_path / "values.yaml"
    inline.write_text(yaml.safe_dump(values))
    arguments = [part for file in files for part in ("-f", EXAMPLE / file)]
    expected = helms("dask", f"dask-{name}", *arguments, "-f", inline, "--no-hooks")
    assert objects(rendered / name) == expected
    assert len(expected) > 5


def test_each_example_of_the_chart_as_a_cluster(tmp_path: Path) -> None:
    names = sorted(path.stem for path in VALUES.glob("*.yaml"))
    path = tmp_path / "fleet.yaml"
    defaults = {"valuesFiles": [f"{VALUES}/{{name}}.yaml"], "set": ["commonLabels.a=b"]}
    path.write_text(yaml.safe_dump({"defaults": defaults, "clusters": names}))
    report = fleet.render(path, tmp_path / "out", jobs=2)
    assert [cluster.state for cluster in report.clusters] == ["written"] * len(names)
    for name in names:
        arguments = ("-f", VALUES / f"{name}.yaml", "--set", "commonLabels.a=b")
        assert objects(tmp_path / "out" / name) == helms("dask", "default", *arguments), name
