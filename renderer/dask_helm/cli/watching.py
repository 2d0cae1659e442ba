"""Shows a state again and again, until Ctrl-C."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import click

from dask_helm.cli.output import warn

T = TypeVar("T")

INTERVAL_SECONDS = 2.0
_CANNOT_REDRAW = ("dumb", "unknown")  # values of TERM for which rich draws nothing until the end
_TEXTS = ("text", "wide", "name")
_SEPARATORS = {**dict.fromkeys(_TEXTS, "\n"), "yaml": "---\n"}


def watch(look: Callable[[], T], render: Callable[[T], str], output: str) -> None:
    """Show the state that `look` returns: a text on a terminal in place, else only changes.

    After the first answer, an API server that does not answer, or a login program that fails, is
    reported and tried again.
    """
    if output in _TEXTS and sys.stdout.isatty() and os.environ.get("TERM") not in _CANNOT_REDRAW:
        _watch_in_place(look, render)
    shown, separator, reported = None, "", ""
    for state, error in _states(look):
        if error and error != reported:
            warn(error)
        if state != shown:
            click.echo(separator + render(state))
            separator = _SEPARATORS.get(output, "")
        shown, reported = state, error


def _watch_in_place(look: Callable[[], T], render: Callable[[T], str]) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    is_plain = click.get_current_context().color is False
    with Live("Connecting", console=Console(), auto_refresh=False) as screen:
        for state, error in _states(look):
            text = "\n\n".join(filter(None, (render(state), error)))
            screen.update(Text.from_ansi(click.unstyle(text) if is_plain else text), refresh=True)


def _states(look: Callable[[], T]) -> Iterator[tuple[T, str]]:
    """Yield the state every 2 s, or the last one with the reason why there is no newer one."""
    from dask_helm.errors import KubeconfigError, UnavailableError

    state, error = look(), ""
    while True:
        yield state, error
        time.sleep(INTERVAL_SECONDS)
        try:
            state, error = look(), ""
        except (
            KubeconfigError,
            UnavailableError,
        ) as failure:  # also a login program without network
            error = failure.in_shell()
