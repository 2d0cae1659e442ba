"""`dask-helm completion`."""

import click

EXAMPLES = """
\b
Examples:
  dask-helm completion bash > dask-helm.bash
  dask-helm completion fish > dask-helm.fish
\b
To enable it permanently, add one of these lines to ~/.bashrc or ~/.zshrc:
  eval "$(dask-helm completion bash)"
  eval "$(dask-helm completion zsh)"
"""


@click.command("completion", epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the shell completion script of dask-helm.

    It completes commands, options, presets, kinds and the paths of values.
    """
    from click.shell_completion import get_completion_class

    from dask_helm.cli.group import COMPLETE, group

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has all three
    click.echo(kind(group, {}, "dask-helm", COMPLETE).source())
