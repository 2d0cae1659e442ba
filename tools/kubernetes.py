"""Extracts the Kubernetes types that the values pass through from an API server's OpenAPI document.

    kubectl get --raw /openapi/v2 | python -m tools.kubernetes

writes schemas/kubernetes.json: JSON schema draft-07 without descriptions. The schema rejects
unknown keys and allows null wherever Kubernetes treats it as "not given". Only definitions that
values.schema.yaml refers to are kept, because Helm stores the chart with its schema in every
release.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from tools.paths import SCHEMAS

Schema = dict[str, Any]

GROUPS = ("core.v1", "apps.v1", "networking.v1", "policy.v1")

# The grammar in k8s.io/apimachinery/pkg/api/resource/quantity.go; plain numbers are accepted, too.
QUANTITY: Schema = {
    "type": ["string", "number", "null"],
    "pattern": r"^\+?([0-9]+[.]?[0-9]*|[.][0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$",
    "minimum": 0,
}
SCALARS = {"Quantity": QUANTITY, "IntOrString": {"type": ["integer", "string", "null"]}}
KEPT_KEYWORDS = ("required", "enum", "minimum", "maximum", "pattern")


def extract(openapi: Schema, names: set[str]) -> dict[str, Schema]:
    """Return the definitions with these names and all that they refer to, by short name.

    `openapi` is an OpenAPI v2 document. Raises KeyError if it does not contain a name.
    """
    source = {_short(name): schema for name, schema in _served(openapi)}
    source["VolumeSource"] = _volume_source(source["Volume"])
    found: dict[str, Schema] = {}
    pending = sorted(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = SCALARS.get(name) or _convert(source[name])
            pending += _references(found[name])
    return dict(sorted(found.items()))


def _served(openapi: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield all definitions; those of the groups that the chart uses come last and override."""
    names = openapi["definitions"]
    yield from names.items()
    for group in GROUPS:
        yield from ((n, s) for n, s in names.items() if n.startswith(f"io.k8s.api.{group}."))


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _volume_source(volume: Schema) -> Schema:
    """Return the schema of a volume's source, which OpenAPI inlines beside the volume's name."""
    properties = {key: value for key, value in volume["properties"].items() if key != "name"}
    return {"type": "object", "properties": properties}


def _convert(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{_short(schema['$ref'])}"}
    kept = {key: schema[key] for key in KEPT_KEYWORDS if key in schema}
    if "enum" in kept:
        kept["enum"] = [*kept["enum"], None]
    return kept | {"type": [schema["type"], "null"]} | _children(schema)


def _children(schema: Schema) -> Schema:
    if "properties" in schema:
        properties = {key: _convert(value) for key, value in schema["properties"].items()}
        return {"properties": properties, "additionalProperties": False}
    inner = ("items", "additionalProperties")
    return {key: _convert(schema[key]) for key in inner if key in schema}


def _references(schema: Schema) -> list[str]:
    return re.findall(r'"#/definitions/([^"/]+)"', json.dumps(schema))


def wanted() -> set[str]:
    """Return the names of the definitions that values.schema.yaml refers to."""
    text = (SCHEMAS / "values.schema.yaml").read_text()
    return set(re.findall(r"kubernetes\.json#/definitions/(\w+)", text))


def main() -> None:
    """Read an OpenAPI document from stdin and rewrite schemas/kubernetes.json."""
    definitions = extract(json.load(sys.stdin), wanted())
    document = {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": definitions}
    (SCHEMAS / "kubernetes.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
