"""What goes wrong becomes one message on standard error and an exit code, never a traceback."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from dask_helm.errors import DaskHelmError

DEBUG = "DASK_HELM_DEBUG"
INTERRUPTED = 130  # what a shell reports of a program that Ctrl-C ended


class Failure(click.ClickException):
    """A message for people, and the exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class


@contextmanager
def reported(exit_code: int | None = None) -> Iterator[None]:
    """Turn errors into a Failure; `exit_code` replaces the codes that errors have of their own."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        if _broken_pipe(error) or (os.environ.get(DEBUG) and not _expected(error)):
            raise
        raise Failure(_message(error), exit_code or _exit_code(error)) from error


def _broken_pipe(error: Exception) -> bool:
    """Whether the reader of our output has gone (`| head`), which click answers with silence."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _expected(error: Exception) -> bool:
    return isinstance(error, DaskHelmError | OSError)


def _exit_code(error: Exception) -> int:
    return error.exit_code if isinstance(error, DaskHelmError) else 1


def _message(error: Exception) -> str:
    if isinstance(error, DaskHelmError):
        from dask_helm.cli.wording import in_the_shell

        return in_the_shell(str(error))
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return (
        f"{type(error).__name__}: {error}\n"
        f"This is a fault of dask-helm; please report it, with what {DEBUG}=1 shows."
    )
