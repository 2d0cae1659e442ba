"""What goes on, on standard error: a line that moves on a terminal, else a line for each step."""

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import click


class Teller:
    """Tells what is being done; used as a context."""

    def __init__(self, beginning: str = "Connecting") -> None:
        self._beginning = beginning
        self._stack = ExitStack()
        self._status: Any = None

    def __enter__(self) -> "Teller":
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

    def say(self, line: str) -> None:
        """Tell a step that is under way, which stays to be read."""
        if self._status is not None:
            self._status.console.print(line, highlight=False, markup=False)
        else:
            click.echo(line, err=True)
