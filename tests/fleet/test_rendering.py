"""The clusters of a fleet are what the real Helm makes of the same values."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from dask_helm import fleet, goyaml

from tests.fleet import test_wrong_fleets
from tests.fleet.making import helms, objects
from tests.paths import ROOT, SCHEMAS, VALUES

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


def schema() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SCHEMAS / "fleet.schema.yaml").read_text())
    return found


def test_the_schema_takes_the_example() -> None:
    jsonschema.validate(yaml.safe_load((EXAMPLE / "fleet.yaml").read_text()), schema())


# What a schema cannot see: names that meet, words that stand for nothing, combinations.
BEYOND = """
no clusters|a folder outside|two clusters of one name|two names that some file systems take for one
a cluster that the matrix makes, too|an unknown word|an unknown word in the name of a file
an axis with a name that is taken|a name that lacks an axis|a name with an unknown word
an exclusion of nothing|an inclusion that is not complete|a matrix of millions
"""
FORMS = test_wrong_fleets.WRONG.keys() - set(BEYOND.strip().replace("\n", "|").split("|"))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_schema_refuses_what_we_refuse(name: str) -> None:
    data = goyaml.load(test_wrong_fleets.WRONG[name][0], name="fleet.yaml")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema())


def test_every_key_of_the_schema_is_described() -> None:
    found = schema()
    matrix = found["properties"]["matrix"]["properties"]
    places = [found["properties"], found["definitions"]["settings"]["properties"], matrix]
    bare = [key for place in places for key, value in place.items() if "description" not in value]
    assert bare == []
