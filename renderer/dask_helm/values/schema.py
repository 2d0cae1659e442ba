"""Loads the schema of the chart's values from the folder schemas/."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from dask_helm.data import folder

Schema = dict[str, Any]

_KUBERNETES = "kubernetes.json#/definitions/"


@cache
def load(*, examples: bool = True) -> Schema:
    """Return the schema (draft-07), including the referenced Kubernetes definitions.

    Without examples it is chart/values.schema.json. The result is shared; do not change it.
    """
    values = read(folder("schemas") / "values.schema.yaml")
    kubernetes = (folder("schemas") / "kubernetes.json").read_text(encoding="utf-8")
    definitions: Schema = json.loads(kubernetes)["definitions"]
    del values["definitions"]  # only anchors; YAML has copied them to where they are used
    schema: Schema = _inlined(values, definitions, examples)
    schema["definitions"] = reachable(schema, definitions)
    return schema


def read(path: Path) -> Schema:
    """Return a schema that is written in YAML."""
    import yaml

    with path.open(encoding="utf-8") as file:
        schema: Schema = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return schema


def is_own(schema: Schema) -> bool:
    """Return whether this is the schema of the built-in chart."""
    bare = {key: value for key, value in schema.items() if key != "$comment"}
    return bare == load(examples=False)


def _inlined(node: Any, definitions: Schema, examples: bool) -> Any:
    """Resolve references into a definition and shorten the others."""
    if isinstance(node, list):
        return [_inlined(item, definitions, examples) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if examples or key != "examples"}
    children = {key: _inlined(value, definitions, examples) for key, value in kept.items()}
    if not isinstance(node.get("$ref"), str):
        return children
    name, _, inside = node["$ref"].removeprefix(_KUBERNETES).partition("/properties/")
    if inside:
        del children["$ref"]
        return children | definitions[name]["properties"][inside]
    return children | {"$ref": f"#/definitions/{name}"}


def reachable(schema: Schema, definitions: Schema) -> Schema:
    """Return the definitions that the schema references, directly or indirectly, by name."""
    found: Schema = {}
    pending = _references(schema)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = definitions[name]
            pending += _references(definitions[name])
    return dict(sorted(found.items()))


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].rpartition("/")[2]] if isinstance(node.get("$ref"), str) else []
    return own + [name for value in node.values() for name in _references(value)]
