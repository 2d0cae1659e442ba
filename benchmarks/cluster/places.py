"""Namespaces and releases for the benchmarks of the handle, which are removed at the end."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from benchmarks.measuring import Row, show
from harness import target
from harness.release import Release
from harness.target import Target, Values

LIMIT = 600
_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


def main(rows: Callable[[], Iterable[Row]], seconds: int = LIMIT) -> None:
    """Print the rows of a benchmark; remove everything that it created, however it ends."""
    for number in _INTERRUPTIONS:
        signal.signal(number, _end)
    signal.alarm(seconds)
    show(rows())
    signal.alarm(0)


def _end(number: int, _: object) -> NoReturn:
    late = number == signal.SIGALRM
    sys.exit("the benchmark timed out and was stopped" if late else 128 + number)


@contextmanager
def namespace() -> Iterator[tuple[Target, str]]:
    """Yield a cluster and a new namespace in it; delete the namespace afterwards."""
    cluster, name = target.find(), f"dask-benchmark-{secrets.token_hex(3)}"
    try:
        kubectl(cluster, "create", "namespace", name)
        yield cluster, name
    finally:
        with _undisturbed():
            given = ("--ignore-not-found", "--timeout=180s")
            kubectl(cluster, "delete", "namespace", name, *given)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore signals that interrupt, also in programs that are started in this context."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _INTERRUPTIONS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def release(values: Values) -> Iterator[Release]:
    """Yield a release with these values in a namespace of its own."""
    with namespace() as (cluster, name):
        made = Release(cluster, "demo", name)
        made.install(values={"jupyter": {"enabled": False}, **values})
        yield made


def kubectl(cluster: Target, *arguments: str) -> str:
    """Run kubectl and return what it prints."""
    # kubectl handles Ctrl-C even if it is started with SIGINT ignored; its own session prevents it.
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    return str(subprocess.run(cluster.kubectl(*arguments), check=True, **given).stdout)
