"""Makes chart/values.schema.json, one file as Helm wants it, from schemas/."""

import json
from typing import Any

import yaml

from tools.paths import SCHEMAS

Schema = dict[str, Any]

KUBERNETES = "kubernetes.json#/definitions/"


def bundled() -> Schema:
    """Return the schema of the values, with the definitions that it refers to inside."""
    values: Schema = yaml.safe_load((SCHEMAS / "values.schema.yaml").read_text())
    definitions = json.loads((SCHEMAS / "kubernetes.json").read_text())["definitions"]
    del values["definitions"]  # only anchors; YAML has copied them to where they are used
    schema: Schema = _inlined(values, definitions)
    schema["definitions"] = _reachable(schema, definitions)
    return schema


def as_json() -> str:
    """Return the text of chart/values.schema.json."""
    note = {"$comment": "Made from schemas/ by `make generate`; do not edit."}
    return json.dumps(note | bundled(), separators=(",", ":")) + "\n"


def _inlined(node: Any, definitions: Schema) -> Any:
    """Resolve references into the inside of a definition and shorten the others; drop examples."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    children = {
        key: _inlined(value, definitions) for key, value in node.items() if key != "examples"
    }
    return _resolved(children, definitions) if isinstance(node.get("$ref"), str) else children


def _resolved(node: Schema, definitions: Schema) -> Schema:
    name, _, inside = node["$ref"].removeprefix(KUBERNETES).partition("/properties/")
    if inside:
        target: Schema = definitions[name]["properties"][inside]
        return {key: value for key, value in node.items() if key != "$ref"} | target
    return node | {"$ref": f"#/definitions/{name}"}


def _reachable(schema: Schema, definitions: Schema) -> Schema:
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
