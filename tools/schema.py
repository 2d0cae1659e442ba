"""Generates chart/values.schema.json, a single file as Helm requires, from schemas/."""

import json

from dask_helm.values import schema


def as_json() -> str:
    """Return the text of chart/values.schema.json."""
    note = {"$comment": "Made from schemas/ by `make generate`; do not edit."}
    return json.dumps(note | schema.load(examples=False), separators=(",", ":")) + "\n"
