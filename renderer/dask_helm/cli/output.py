"""Output: documents, tables and warnings, and the progress on standard error."""

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import click

_POOL_TITLES = ("pool", "wanted", "ready", "workers", "threads", "memory")


def document(value: Any, form: str) -> None:
    """Print a value as `json` or `yaml`."""
    click.echo(formatted(value, form))


def formatted(value: Any, form: str) -> str:
    """Return a value as `json` or `yaml`."""
    if form == "json":
        import json

        # File names can contain bytes that are not UTF-8; a backslash escape is valid in JSON.
        text = json.dumps(value, indent=2, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode()
    from dask_helm.engine import yaml as goyaml

    return goyaml.dump_exactly(value).rstrip("\n")


def warn(message: str) -> None:
    """Print a warning to standard error."""
    click.secho(message, fg="yellow", err=True)


def table(titles: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Return a table with aligned columns, in the style of kubectl."""
    rows = [[title.upper() for title in titles], *([str(cell) for cell in line] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    heading, *others = (
        "   ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join([click.style(heading, bold=True), *others])


def age(created: str | None) -> str:
    """Return how long ago a time of Kubernetes is, such as `5m`; `-` if it is unknown."""
    if created is None:
        return "-"
    then = datetime.fromisoformat(created.replace("Z", "+00:00"))
    seconds = max(0, int((datetime.now(timezone.utc) - then).total_seconds()))
    units = {"d": 86400, "h": 3600, "m": 60}
    fitting = (f"{seconds // size}{unit}" for unit, size in units.items() if seconds >= 2 * size)
    return next(fitting, f"{seconds}s")


def names(found: list[dict[str, Any]], everywhere: bool) -> str:
    """Return the names of releases, one a line, with their namespaces if `everywhere`."""
    space = "{namespace}/" if everywhere else ""
    return "\n".join(f"{space}{{release}}".format_map(one) for one in found)


def pool_table(pools: dict[str, dict[str, int | None]]) -> str:
    """Return the pools of a release as a table, with `-` for unknown numbers."""
    from dask.utils import format_bytes

    lines = []
    for name, pool in pools.items():
        numbers = [pool[key] for key in ("desired", "ready", "registered", "threads")]
        memory = pool["memory"]
        known = [*numbers, None if memory is None else format_bytes(memory)]
        lines.append([name, *("-" if one is None else one for one in known)])
    return table(_POOL_TITLES, lines)


class _Live:
    """A text of rich that is asked for again at each refresh."""

    def __init__(self, state: Callable[[], str]) -> None:
        self._state = state

    def __rich__(self) -> str:
        from rich.markup import escape

        return escape(self._state())


class Progress:
    """Shows steps: with a status line on a terminal, else one line per step; a context manager."""

    def __init__(self, beginning: str = "Connecting") -> None:
        self._beginning = beginning
        self._stack = ExitStack()
        self._status: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status(self._beginning)
            self._stack.enter_context(self._status)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._status = None
        self._stack.close()

    def follow(self, state: Callable[[], str]) -> None:
        """Show the present state in the status line from now on."""
        if self._status is not None:
            self._status.update(_Live(state))

    def show(self, line: str) -> None:
        """Print a step; the line stays on the screen."""
        if self._status is not None:
            self._status.console.print(line, highlight=False, markup=False)
        else:
            click.echo(line, err=True)
