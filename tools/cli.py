"""Makes docs/cli.md, the reference of the command line, from the commands' own help texts."""

from collections.abc import Iterator

import click
from dask_helm.cli.group import NAMES, group

_WIDTH = 100
_HEAD = """\
<!-- Made from the help texts of dask_helm/cli/ by `make generate`; do not edit. -->
# Command line

`pip install dask-helm` brings the command `dask-helm`. It is also `dask helm …` where Dask is
installed, and `kubectl dask …`, because kubectl finds `kubectl-dask` on the `PATH`.
[Rendering without Helm](render.md) shows what it is good for.

| exit code | means |
|---|---|
| 0 | all is well; for `diff`: no difference |
| 1 | something failed; for `diff`: there are differences |
| 2 | what you wrote is wrong; for `diff`: anything that went wrong |
| 130 | Ctrl-C |

An error is one message on standard error. If it looks like a fault of the program,
`DASK_HELM_DEBUG=1` shows where it comes from. Colours are only used on a terminal, and not at all
with `NO_COLOR=1`.
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
