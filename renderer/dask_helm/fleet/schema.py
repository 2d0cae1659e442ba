"""The form of a fleet file: schemas/fleet.schema.yaml, with the axes of one file's matrix."""

import copy
from functools import cache
from typing import Any

from dask_helm.data import folder
from dask_helm.engine.values.collect import Values
from dask_helm.errors import Problem
from dask_helm.fleet.document import FleetSource
from dask_helm.values import schema as schemas
from dask_helm.values import validation
from dask_helm.values.tree import Schema


def problems(source: FleetSource) -> list[Problem]:
    """Return everything in a fleet file that its schema does not allow, in the file's order."""
    return validation.problems(Values(source.data, [source]), _schema(source.data))


@cache
def load() -> Schema:
    """Return the schema of fleet files as this package reads them; do not change it."""
    schema: Schema = _of_text(schemas.read(folder("schemas") / "fleet.schema.yaml"))
    return schema


def _of_text(node: Any) -> Any:
    """Return the schema without the numbers and booleans that editors see instead of text."""
    if isinstance(node, list):
        others = ("number", "boolean") if "string" in node else ()
        return [_of_text(item) for item in node if item not in others]
    return {k: _of_text(v) for k, v in node.items()} if isinstance(node, dict) else node


def _schema(data: dict[str, Any]) -> Schema:
    """Return the schema in which the entries of the matrix know its axes and their values."""
    matrix = data.get("matrix")
    axes = matrix.get("axes") if isinstance(matrix, dict) else None
    axes = axes if isinstance(axes, dict) else {}
    if not axes or not all(isinstance(v, dict | list) and v for v in axes.values()):
        return load()  # which reports the axes
    schema = copy.deepcopy(load())
    known = {name: {"enum": list(map(str, axes[name]))} for name in axes}
    entries = schema["properties"]["matrix"]["properties"]
    excluded, included = entries["exclude"]["items"], entries["include"]["items"]
    excluded |= {"properties": known, "additionalProperties": False}
    included |= {
        "properties": included["properties"] | known,
        "additionalProperties": False,
        "required": list(known),
    }
    return schema
