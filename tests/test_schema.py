"""One place for types and prose, one for defaults, and nothing generated that is stale."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from dask_helm.values import schema as bundled

from tests.paths import CHART, SCHEMAS
from tools import generate, schema

Schema = dict[str, Any]

VALUES: Schema = yaml.safe_load((SCHEMAS / "values.schema.yaml").read_text())
DEFAULTS: Schema = yaml.safe_load((CHART / "values.yaml").read_text())
BUNDLED = bundled.load(examples=False)


def leaves(node: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Yield every value the schema describes, with its path."""
    for key, value in node.get("properties", {}).items():
        yield (*path, key), value
        yield from leaves(value, (*path, key))


def test_generated_files_are_fresh() -> None:
    assert generate.stale() == []


def test_the_schema_is_a_draft_7_schema_and_takes_the_defaults() -> None:
    jsonschema.Draft7Validator.check_schema(BUNDLED)
    jsonschema.Draft7Validator(BUNDLED).validate(DEFAULTS)


def test_every_default_is_in_the_schema() -> None:
    closed = jsonschema.Draft7Validator(BUNDLED)
    assert not list(closed.iter_errors(DEFAULTS))
    described = {path for path, _ in leaves(VALUES)}
    for key, value in DEFAULTS.items():
        assert (key,) in described
        for inner in value if isinstance(value, dict) else ():
            assert key == "workers" or (key, inner) in described


# Set by umbrella charts, or with the scheduler's as default.
OPTIONAL = {("global",), ("tags",), *(("test", key) for key in ("image", "env", "envFrom"))}


def inherited(path: tuple[str, ...]) -> bool:
    """Whether a value has its default in podDefaults, or none of its own."""
    pod = VALUES["properties"]["podDefaults"]["properties"]
    component = path[0] in ("scheduler", "workerDefaults", "jupyter", "test")
    return component and len(path) > 1 and path[1] in pod


def optional(path: tuple[str, ...]) -> bool:
    """Whether absence is the default: parts of objects that only the user fills."""
    parents = {"service", "podSpec", "podDisruptionBudget", "nodePorts", "image"}
    of_a_pool = path[:2] == ("workerDefaults", "drain")  # those of the top-level drain
    return bool(parents & set(path[:-1])) or path in OPTIONAL or of_a_pool


def test_every_value_has_a_default() -> None:
    def has_default(path: tuple[str, ...]) -> bool:
        node: Any = DEFAULTS
        for key in path:
            if not isinstance(node, dict) or key not in node:
                return False
            node = node[key]
        return True

    missing = [
        path
        for path, _ in leaves(VALUES)
        if not (has_default(path) or inherited(path) or optional(path))
    ]
    assert missing == []


@pytest.mark.parametrize("path_and_value", list(leaves(VALUES)), ids=lambda item: ".".join(item[0]))
def test_prose_and_examples(path_and_value: tuple[tuple[str, ...], Schema]) -> None:
    path, value = path_and_value
    assert value.get("description", "").endswith("."), "a sentence that says what it means"
    root = {**BUNDLED, "type": "object"}
    for example in value.get("examples", []):
        document: Any = example
        for key in reversed(path):
            document = {key: document}
        errors = jsonschema.Draft7Validator(root).iter_errors(document)
        assert [e.message for e in errors if "required property" not in e.message] == []


def test_the_schema_reaches_into_kubernetes_objects() -> None:
    wrong = {
        "image": {"repository": "x"},
        "jupyter": {},
        "workerDefaults": {"type": "cpu", "resources": {"limit": {}}},
        "scheduler": {"affinity": {"nodeAffinity": {"required": []}}},
        "podDefaults": {"tolerations": [{"efect": "NoSchedule"}]},
    }
    messages = [e.message for e in jsonschema.Draft7Validator(BUNDLED).iter_errors(wrong)]
    for key in ("limit", "required", "efect"):
        assert any(f"'{key}' was unexpected" in message for message in messages)


def test_helm_stores_the_chart_in_every_release_so_the_schema_is_small() -> None:
    assert len(schema.as_json()) < 150_000
