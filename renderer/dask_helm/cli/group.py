"""The group of commands; a command's module is imported when it is called."""

import os
from importlib import import_module
from typing import Any

import click

from dask_helm.cli.failures import reported

# The variable by which a shell asks for completions.
COMPLETE = "_DASK_HELM_COMPLETE"
NAMES = (
    *("render", "validate", "explain", "diff", "new", "schema"),
    *("list", "status", "scale", "adapt", "logs", "open", "versions"),
    *("completion", "version"),
)
EPILOG = """
\b
Exit codes: 0 all is well, 1 something failed, 2 what you wrote is wrong.
Colours are only used on a terminal; NO_COLOR=1 turns them off there, too.
"""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """A group that knows its commands by name and imports them one by one."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order of the help text."""
        return list(NAMES)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None when there is none of that name."""
        if cmd_name not in NAMES:
            return None
        command: click.Command = import_module(f"dask_helm.cli.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest one."""
        if args[0] not in NAMES and not args[0].startswith("-"):
            ctx.fail(_unknown(args[0]))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong becomes a message and an exit code."""
        with reported():
            return super().invoke(ctx)


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, NAMES, n=1)
    return f"no command {name}" + (f", did you mean {near[0]}?" if near else "")


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
    """Render the fixed Dask cluster on Kubernetes without Helm, and work with running releases."""
    if os.environ.get("NO_COLOR"):
        context.color = False
