"""The group of commands; the module of a command is imported when it is called."""

import os
import sys
from importlib import import_module
from typing import Any

import click

from dask_helm.cli.failures import Failure, reported
from dask_helm.text import closest

# The environment variable with which a shell requests completions.
COMPLETE = "_DASK_HELM_COMPLETE"
NAMES = (
    *("render", "validate", "explain", "diff", "images", "new", "schema"),
    *("list", "status", "scale", "adapt", "logs", "open", "connection", "versions"),
    *("completion", "version"),
)
_ALIASES = {"ls": "list"}
# Commands of Helm and of other programs.
_MEANT = {
    "dashboard": "did you mean open?",
    "install": "install the chart with `helm install NAME chart`, or apply the output of render",
    "lint": "did you mean validate?",
    "template": "did you mean render?",
    "uninstall": "remove a release with `helm uninstall NAME`",
    "upgrade": "upgrade a release with `helm upgrade NAME chart`",
}
_ANY_LENGTH = 10_000  # of a help text
EPILOG = """
\b
Exit codes: 0 success, 1 error, 2 wrong input.
Colours are used only on a terminal; NO_COLOR=1 turns them off.
"""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """A group of commands that imports each command on demand."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order of the help text."""
        return list(NAMES)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, or None."""
        if cmd_name not in NAMES:
            return None
        command: click.Command = import_module(f"dask_helm.cli.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with the whole first sentence of their help; click would cut it."""
        with formatter.section("Commands"):
            commands = ((name, self.get_command(ctx, name)) for name in NAMES)
            formatter.write_dl(
                [(name, one.get_short_help_str(_ANY_LENGTH)) for name, one in commands if one]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Reject an unknown command and suggest the nearest one."""
        args = [_ALIASES.get(args[0], args[0]), *args[1:]]
        if args[0] not in NAMES and not args[0].startswith("-"):
            near = closest(args[0], NAMES)
            hint = _MEANT.get(args[0]) or (f"did you mean {near[0]}?" if near else "")
            ctx.fail(f"unknown command {args[0]}" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; every error becomes a message and an exit code."""
        with reported():
            if sys.stdout is None:
                raise Failure("Standard output is closed, so there is no place for the output")
            return super().invoke(ctx)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from dask_helm import __version__

        click.echo(f"dask-helm {__version__}")
        ctx.exit()


@click.group("helm", cls=Commands, context_settings=CONTEXT, epilog=EPILOG)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version of the package.",
)
@click.pass_context
def group(context: click.Context) -> None:
    """Render the manifests of a Dask cluster on Kubernetes, and manage running releases."""
    if os.environ.get("NO_COLOR"):
        context.color = False
