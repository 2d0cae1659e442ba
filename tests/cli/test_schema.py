"""The schema that is printed decides as the chart's own does, whole and in parts."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from dask_helm.engine.values.merge import coalesce

from tests.cli.program import data, printed, refusal
from tests.paths import CHART, EXAMPLES

OWN = jsonschema.Draft7Validator(json.loads((CHART / "values.schema.json").read_text()))
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())
WRONG: list[Any] = [
    {"workers": {"default": {"replica": 1}}},
    {"scheduler": {"affinity": {"nodeAffinity": {"required": []}}}},
    {"podDefaults": {"podSpec": {"dnsConfig": {"option": []}}}},
    {"workers": {"a": {"replicas": -1}}},
]


def test_the_whole_schema_decides_as_the_charts_own() -> None:
    printed_one = jsonschema.Draft7Validator(data("schema"))
    for values in [yaml.safe_load(path.read_text()) for path in EXAMPLES] + WRONG:
        merged = coalesce(DEFAULTS, values or {})
        assert printed_one.is_valid(merged) == OWN.is_valid(merged) == (values not in WRONG)


def test_it_has_the_examples_that_editors_show() -> None:
    replaced = data("schema")["properties"]["scheduler"]["properties"]["dashboard"]
    assert replaced["properties"]["prefix"]["examples"] == ["/dask"]


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("workers.default.replicas", 3, "3"),
        ("scheduler.affinity", {"nodeAffinity": {}}, {"nodeAffinities": {}}),
        ("workers", {"gpu": {"resources": {"limits": {"cpu": "1"}}}}, {"gpu": {"resource": {}}}),
        ("podDefaults.podSpec.dnsConfig", {"options": [{"name": "x"}]}, {"options": [{"nam": ""}]}),
        ("commonLabels.anything", "x", 1),
    ],
)
def test_a_part_stands_alone(path: str, right: Any, wrong: Any) -> None:
    schema = data("schema", path)
    jsonschema.Draft7Validator.check_schema(schema)
    assert jsonschema.Draft7Validator(schema).is_valid(right)
    assert not jsonschema.Draft7Validator(schema).is_valid(wrong)


def test_a_part_holds_only_the_definitions_that_it_needs() -> None:
    assert set(data("schema", "workers.x.resources")["definitions"]) == {
        "Quantity",
        "ResourceClaim",
    }
    assert "definitions" not in data("schema", "workers.x.replicas")


def test_yaml() -> None:
    text = printed("schema", "scheduler.service", "--output", "yaml")
    assert yaml.safe_load(text) == data("schema", "scheduler.service")


def test_an_unknown_path() -> None:
    assert "did you mean workers.x.replicas?" in refusal("schema", "workers.x.replica")
