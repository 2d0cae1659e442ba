"""The schema of one value as a document of its own."""

import json
import re

from dask_helm.cli.tree import Node
from dask_helm.values.tree import DRAFT_7, Schema

_REFERENCE = re.compile(r'"#/definitions/([^"/]+)"')


def of(node: Node) -> Schema:
    """Return the node's schema, with the definitions that it needs inside."""
    own = {key: value for key, value in node.schema.items() if key != "definitions"}
    schema: Schema = {"$schema": DRAFT_7} | own
    definitions = _needed(schema, node.tree.root.get("definitions", {}))
    return schema | ({"definitions": definitions} if definitions else {})


def _needed(schema: Schema, definitions: Schema) -> Schema:
    """Return the definitions that the schema refers to, directly or not."""
    found: Schema = {}
    pending = _references(schema)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = definitions[name]
            pending += _references(found[name])
    return dict(sorted(found.items()))


def _references(schema: Schema) -> list[str]:
    return _REFERENCE.findall(json.dumps(schema))
