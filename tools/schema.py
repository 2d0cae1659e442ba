"""Makes chart/values.schema.json, one file as Helm wants it, from schemas/."""

import json

from dask_helm.values import schema


def as_json() -> str:
    """Return the text of chart/values.schema.json."""
    note = {"$comment": "Made from schemas/ by `make generate`; do not edit."}
    return json.dumps(note | schema.load(examples=False), separators=(",", ":")) + "\n"
