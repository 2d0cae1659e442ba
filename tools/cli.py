"""Generates docs/cli.md, the reference of the command line, from the commands' help texts."""

from collections.abc import Iterator

import click
from dask_helm.cli.group import NAMES, group

_WIDTH = 100
_HEAD = """\
<!-- Generated from the help texts of dask_helm/cli/ by `make generate`; do not edit. -->
# Command line

`pip install dask-helm` installs the command `dask-helm`. It is also available as `dask helm …` if
Dask is installed, and as `kubectl dask …`, because kubectl finds `kubectl-dask` on the `PATH`.
[Render without Helm](render.md) and [Use a running cluster](cluster.md) show how to use it.

| exit code | meaning |
|---|---|
| 0 | success; for `diff`: no difference |
| 1 | an error; for `diff`: there are differences |
| 2 | wrong input; for `diff`: any error |
| 130 | Ctrl-C |

Errors are printed to standard error, without a traceback. To see the traceback of an internal
error, set `DASK_HELM_DEBUG=1`. Colours are used only on a terminal; `NO_COLOR=1` turns them off.
"""


def as_markdown() -> str:
    """Return the text of docs/cli.md."""
    return "\n".join([_HEAD, *(_section(title, text) for title, text in help_texts())])


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield title and help text of the program and of each command, 100 columns wide."""
    top = group.make_context("dask-helm", [], terminal_width=_WIDTH, resilient_parsing=True)
    yield "dask-helm", group.get_help(top)
    for name in NAMES:
        command = group.get_command(top, name)
        assert command is not None  # noqa: S101 - the names are the group's own
        yield name, command.get_help(click.Context(command, top, name, terminal_width=_WIDTH))


def _section(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {title}\n\n```text\n{lines}\n```\n"
