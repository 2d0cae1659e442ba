"""A state that is shown again and again, on a terminal and elsewhere."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dask_helm.cli import watching
from dask_helm.errors import UnavailableError

from tests.cli.program import PROGRAM
from tests.cluster.fakes import deployment, ours
from tests.cluster.server import ObjectServer


def states(*states: str | Exception) -> Callable[[], str]:
    """Return a function that returns, or raises, each of the states in turn; then Ctrl-C comes."""
    left = list(states)

    def look() -> str:
        if not left:
            raise KeyboardInterrupt
        state = left.pop(0)
        if isinstance(state, Exception):
            raise state
        return state

    return look


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "INTERVAL_SECONDS", 0)


@pytest.mark.parametrize(
    ("form", "printed"), [("text", "a\n\nb\n"), ("json", "a\nb\n"), ("yaml", "a\n---\nb\n")]
)
def test_elsewhere_only_changes_are_printed(
    form: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        watching.watch(states("a", "a", "b", "b"), str, form)
    assert capsys.readouterr().out == printed


def test_an_api_server_that_does_not_answer_is_reported_once_and_asked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = UnavailableError("No answer")
    with pytest.raises(KeyboardInterrupt):
        watching.watch(states("a", away, away, "b"), str, "text")
    assert capsys.readouterr() == ("a\n\nb\n", "No answer\n")


def test_an_api_server_that_never_answered_is_an_error() -> None:
    with pytest.raises(UnavailableError):
        watching.watch(states(UnavailableError("No answer")), str, "text")


@pytest.fixture
def server(tmp_path: Path) -> Any:
    server = ObjectServer(tmp_path, deployment("r-dask-worker-big", ours("r", "worker", "big")))
    yield server
    server.stop()


def command(server: ObjectServer) -> list[str]:
    return [str(PROGRAM), "list", "--watch", "--kubeconfig", str(server.kubeconfig)]


def test_list_prints_changes_until_ctrl_c(server: ObjectServer) -> None:
    with subprocess.Popen(
        command(server), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        table = [running.stdout.readline() for _ in range(2)]
        assert table[1].split()[:2] == ["r", "here"]
        server.kubernetes.objects.append(deployment("s-dask-scheduler", ours("s", "scheduler")))
        table = [running.stdout.readline() for _ in range(4)]
        assert table[0] == "\n"
        assert table[3].split()[:2] == ["s", "here"]
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=120) == ("", "")
    assert running.returncode == 130


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_terminal_is_redrawn_in_place_if_it_can(term: str, server: ObjectServer) -> None:
    terminal, other = pty.openpty()
    env = os.environ | {"TERM": term}
    with subprocess.Popen(command(server), stdout=other, stderr=other, env=env) as running:
        read(terminal, "r +here")
        server.kubernetes.objects.append(deployment("s-dask-scheduler", ours("s", "scheduler")))
        shown = read(terminal, "s +here")
        assert ("\x1b[1A\x1b[2K" in shown) == (term == "xterm"), "the lines before are erased"
        running.send_signal(signal.SIGINT)
        assert running.wait(120) == 130
        os.close(other)
    os.close(terminal)


def read(terminal: int, until: str) -> str:
    """Return what a terminal shows, up to a pattern."""
    shown = ""
    while not re.search(until, shown):
        shown += os.read(terminal, 1 << 16).decode(errors="replace")
    return shown
