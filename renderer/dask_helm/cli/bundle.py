"""The schema of one value as a document of its own."""

from dask_helm.cli.tree import Node
from dask_helm.values.schema import reachable
from dask_helm.values.tree import DRAFT_7, Schema


def of(node: Node) -> Schema:
    """Return the node's schema, with the definitions that it needs inside."""
    own = {key: value for key, value in node.schema.items() if key != "definitions"}
    schema: Schema = {"$schema": DRAFT_7} | own
    definitions = reachable(schema, node.tree.root.get("definitions", {}))
    return schema | ({"definitions": definitions} if definitions else {})
