"""Changes as a unified diff, in colour on a terminal."""

from collections.abc import Iterator
from difflib import unified_diff

import click

from dask_helm import goyaml
from dask_helm.cli.comparing import Change, Object

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def lines(change: Change, before: str, after: str) -> Iterator[str]:
    """Yield the lines of one object; `before` and `after` are what the two sides are called."""
    old = f"{before}: {change.title}" if change.before else "/dev/null"
    new = f"{after}: {change.title}" if change.after else "/dev/null"
    sides = _yaml(change.before), _yaml(change.after)
    for number, line in enumerate(unified_diff(*sides, old, new, lineterm="")):
        yield click.style(line, bold=True) if number < 2 else _coloured(line)


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    return click.style(line, fg=colour) if colour else line


def _yaml(one: Object | None) -> list[str]:
    return goyaml.dump_exactly(one).splitlines() if one else []
