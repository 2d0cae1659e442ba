"""Running programs: silent on success, with the end of their output on failure."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devcluster.errors import CommandError, UnusableError

_LAST_LINES = 20
_NO_NETWORK = (
    "could not resolve",
    "temporary failure resolving",
    "temporary failure in name resolution",
    "no such host",
    "name or service not known",
    "dns error",
    "network is unreachable",
    "connection refused",
    "unable to connect",
    "i/o timeout",
    "connection timed out",
    "couldn't download",
    "failed getting release file",
)


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to completion and return its standard output; raises `CommandError`."""
    done = _call([str(word) for word in command], env, cwd, stdin or "")
    check(command, done.returncode, done.stdout + done.stderr)
    return done.stdout


def _call(
    words: list[str], env: Mapping[str, str] | None, cwd: Path | None, stdin: str
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(words, env=env, cwd=cwd, input=stdin, text=True, capture_output=True)
    except FileNotFoundError as error:
        raise CommandError(f"`{words[0]}` was not found") from error


def download(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """Run a program that needs a package registry; raises `UnusableError` without a network."""
    try:
        return run(*command, env=env, cwd=cwd)
    except CommandError as error:
        for line in error.output.splitlines():
            if any(sign in line.lower() for sign in _NO_NETWORK):
                raise UnusableError(f"no package registry answers ({line.strip()})") from error
        raise


def check(command: Sequence[str | Path], status: int, output: str) -> None:
    """Raise `CommandError` with the end of the program's output unless the status is 0."""
    if status:
        words = " ".join(map(str, command))
        last = "\n".join(output.splitlines()[-_LAST_LINES:])
        raise CommandError(f"`{words}` exited with status {status}:\n{last}", output)


def succeeds(action: Callable[[], object]) -> bool:
    """Return whether an action that runs a program succeeds."""
    try:
        action()
    except CommandError:
        return False
    return True


def wait_until(
    what: str, condition: Callable[[], bool], seconds: float = 300, every: float = 0.1
) -> None:
    """Wait until a condition is true; raises `CommandError` with its name on a timeout.

    Each condition takes seconds at most; the default timeout suits an overloaded machine.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CommandError(f"timed out after {seconds:.0f} s waiting until {what}")
        time.sleep(every)
