"""Printing what programs read."""

from typing import Any

import click


def document(value: Any, form: str) -> None:
    """Print a value as `json` or `yaml`."""
    from dask_helm import goyaml

    click.echo(indented(value) if form == "json" else goyaml.dump(value).rstrip("\n"))


def indented(value: Any) -> str:
    """Return JSON for programs that people read, too."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)


def as_list(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return objects as the List that `kubectl apply -f -` takes."""
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def warn(message: str) -> None:
    """Print a remark on standard error."""
    click.secho(message, fg="yellow", err=True)
