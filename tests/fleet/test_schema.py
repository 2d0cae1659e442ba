"""The schema of fleet files, as editors use it."""

from typing import Any

import jsonschema
import pytest
import yaml
from dask_helm.engine import yaml as goyaml

from tests.fleet import test_problems
from tests.paths import ROOT, SCHEMAS

EXAMPLE = ROOT / "docs/examples/fleet"


def schema() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SCHEMAS / "fleet.schema.yaml").read_text())
    return found


def test_the_schema_takes_the_example() -> None:
    jsonschema.validate(yaml.safe_load((EXAMPLE / "fleet.yaml").read_text()), schema())


# What a schema cannot see: names that clash, unknown placeholders, combinations, YAML itself.
BEYOND = """
no clusters|a folder outside|two clusters of one name|two names that some file systems take for one
a cluster that the matrix makes, too|an unknown word|an unknown word in the name of a file
an axis with a name that is taken|a name that lacks an axis|a name with an unknown word
an exclusion of nothing|an inclusion that is not complete|a matrix of millions
a key that is there twice|a key of values that is there twice|two keys that YAML reads as one
a second document
"""
FORMS = test_problems.WRONG.keys() - set(BEYOND.strip().replace("\n", "|").split("|"))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_schema_refuses_what_we_refuse(name: str) -> None:
    data = goyaml.load(test_problems.WRONG[name][0], name="fleet.yaml")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema())


def test_the_schema_takes_names_that_are_numbers() -> None:
    text = "clusters: [007, on, {name: 1.10, release: 8}]\nmatrix: {axes: {n: [1, 02]}}"
    jsonschema.validate(yaml.safe_load(text), schema())


def test_every_key_of_the_schema_is_described() -> None:
    found = schema()
    matrix = found["properties"]["matrix"]["properties"]
    places = [found["properties"], found["definitions"]["settings"]["properties"], matrix]
    bare = [key for place in places for key, value in place.items() if "description" not in value]
    assert bare == []
