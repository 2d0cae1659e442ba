"""Every value of the schema changes what the chart renders, in one setting or another."""

from collections.abc import Iterator
from typing import Any

import pytest
from dask_helm.engine import Release
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import collect, merge_maps
from dask_helm.errors import DaskHelmError
from dask_helm.renderer import Renderer
from dask_helm.values.conversions import fallback

from tests.paths import VALUES as PRESETS
from tests.test_schema import VALUES, Schema, leaves

# In the schema for the chart around it: an umbrella chart sets it for all its parts.
UNUSED = {("global",), ("tags",)}
# Printed as it is, with all keys that Kubernetes knows.
WHOLE = "podSpec"

# Around a value, so that it matters.
SETTINGS: list[dict[str, Any]] = [
    {},
    goyaml.load((PRESETS / "everything.yaml").read_bytes()),
    {"scheduler": {"enabled": False, "address": None}},
    {"workerDefaults": {"type": "gpu", "gpu": {"resource": "x/gpu", "count": 2}}},
    {"workerDefaults": {"resources": {"limits": {"cpu": 4, "memory": "8Gi"}}}},
    {"workerDefaults": {"service": {"enabled": True}}, "workers": {"p": {"replicas": 1}}},
    {"workers": {"p": {"service": {"enabled": True}, "podDisruptionBudget": {"minAvailable": 1}}}},
    {"workers": {"p": {"type": "gpu", "gpu": {"count": 2}}}},
    {"workers": {"p": {"resources": {"limits": {"memory": "8Gi"}}}}},
    {"scheduler": {"service": {"type": "NodePort"}}, "jupyter": {"enabled": True}},
    {"jupyter": {"enabled": True, "persistence": {"enabled": True}}},
    {"jupyter": {"enabled": True, "existingSecret": "token"}, "rbac": {"create": True}},
]
# Values of each type, for those without an example.
OF_TYPE: dict[str, list[Any]] = {
    "boolean": [True, False],
    "integer": [7],
    "number": [0.7],
    "string": ["text"],
    "array": [["text"], [{"name": "x"}]],
    "object": [{"a": "b"}],
}

Path = tuple[str, ...]
RENDERER = Renderer(validate=False)


def rendered(values: dict[str, Any]) -> object:
    """Return manifests and notes, or the error: who refuses a value has read it."""
    try:
        result = RENDERER.render(collect([values]), Release("demo", "team"))
    except DaskHelmError as error:
        return str(error)
    return [m.object for m in result.manifests], result.notes


def described() -> Iterator[tuple[Path, Schema]]:
    """Yield the leaves of the schema; the pool is called p."""
    pool: Schema = VALUES["properties"]["workers"]["additionalProperties"]
    for path, node in [*leaves(VALUES), *leaves(pool, ("workers", "p"))]:
        if (path[-1] == WHOLE or "properties" not in node) and WHOLE not in path[:-1]:
            yield path, node


LEAVES = dict(described())
# The pool must be there before, else every key of it would add a pool.
AROUND = [merge_maps({"workers": {"p": {}}}, setting) for setting in SETTINGS]
BEFORE = [rendered(setting) for setting in AROUND]


def nested(path: Path, value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def candidates(key: str, node: Schema) -> Iterator[Any]:
    yield from fallback(key, node)
    types = node.get("type", list(OF_TYPE))
    for kind in [types] if isinstance(types, str) else types:
        yield from OF_TYPE.get(kind, [])


def is_used(path: Path, node: Schema) -> bool:
    changed = (
        rendered(merge_maps(setting, nested(path, value))) != before
        for value in candidates(path[-1], node)
        for setting, before in zip(AROUND, BEFORE, strict=True)
    )
    return any(changed)


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - UNUSED), ids=".".join)
def test_a_value_of_the_schema_changes_what_is_rendered(path: Path) -> None:
    assert is_used(path, LEAVES[path])


@pytest.mark.parametrize(
    "path", [*UNUSED, ("nonsense",), ("scheduler", "nonsense"), ("workers", "p", "nonsense")]
)
def test_a_value_that_no_template_reads_changes_nothing(path: Path) -> None:
    assert not is_used(path, LEAVES.get(path, {}))
