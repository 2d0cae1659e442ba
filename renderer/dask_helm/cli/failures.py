"""Turns every error into one message on standard error and an exit code, without a traceback."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from dask_helm.errors import DaskHelmError

DEBUG = "DASK_HELM_DEBUG"
INTERRUPTED = 130  # the status that shells report after Ctrl-C


class Failure(click.ClickException):
    """An error message and the exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class


@contextmanager
def reported(exit_code: int | None = None) -> Iterator[None]:
    """Turn errors into a Failure; `exit_code` overrides the exit codes of the errors."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        own_code = 1
        if isinstance(error, DaskHelmError):
            message, own_code = error.in_shell(), error.exit_code
        elif isinstance(error, OSError) and error.strerror:
            if error.errno == errno.EPIPE:
                raise  # the reader of the output is gone (`| head`); click exits silently
            message = f"{error.filename or 'standard output'}: {error.strerror}"
        elif os.environ.get(DEBUG):
            raise
        else:
            message = (
                f"{type(error).__name__}: {error}\n"
                f"This is a bug in dask-helm. Please report it with the output of {DEBUG}=1."
            )
        raise Failure(message, exit_code or own_code) from error
