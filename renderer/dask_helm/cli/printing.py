"""Printing what programs read."""

from typing import Any

import click


def document(value: Any, form: str) -> None:
    """Print a value as `json` or `yaml`."""
    from dask_helm import goyaml

    click.echo(indented(value) if form == "json" else goyaml.dump_exactly(value).rstrip("\n"))


def indented(value: Any) -> str:
    """Return JSON for programs that people read, too."""
    import json

    # Names of files may hold bytes that are no UTF-8; a backslash is JSON's escape, too.
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def as_list(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return objects as the List that `kubectl apply -f -` takes."""
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def warn(message: str) -> None:
    """Print a remark on standard error."""
    click.secho(message, fg="yellow", err=True)
