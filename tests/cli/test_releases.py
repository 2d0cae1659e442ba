"""Mistakes in the commands for running releases, found before a cluster is asked."""

from pathlib import Path

import pytest

from tests.cli.program import invoke, printed, refusal
from tests.cluster.server import ObjectServer


@pytest.mark.parametrize(
    "arguments",
    [
        ["open", "demo"],
        *(["scale", "demo", "3"], ["scale", "3", "demo"], ["adapt", "demo", "--maximum", "3"]),
    ],
    ids=" ".join,
)
def test_a_release_without_its_option(arguments: list[str]) -> None:
    assert refusal(*arguments).endswith("\nIf demo is the release, write: --release demo\n")


@pytest.mark.parametrize("command", ["status", "versions", "logs"])
def test_a_release_as_argument(command: str, tmp_path: Path) -> None:
    server = ObjectServer(tmp_path)
    where = ("--kubeconfig", server.kubeconfig)
    try:
        message = invoke(command, "demo", *where, code=2).stderr
        assert message.startswith("Error: There is no release 'demo'")
        assert invoke(command, "-r", "demo", *where, code=2).stderr == message
        assert refusal(command, "a", "-r", "b", *where).endswith("Two releases: a and b\n")
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("template", "did you mean render?"),
        ("dashboard", "did you mean open?"),
        ("install", "install the chart with `helm install NAME chart`"),
        ("stauts", "did you mean status?"),
    ],
)
def test_commands_of_others(command: str, meant: str) -> None:
    assert f"unknown command {command}; {meant}" in refusal(command)


def test_ls_is_list() -> None:
    assert printed("ls", "--help") == printed("list", "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scale", "-1"], "The number of pods must be an integer of at least 0, got -1."),
        (["scale", "--", "-1"], "-1 is not in the range x>=0."),
        (["status", "-o", "xml"], "'xml' is not one of 'text', 'json', 'yaml'."),
        (["list", "--via", "node-port"], "No such option '--via'."),
    ],
    ids=lambda item: " ".join(item) if isinstance(item, list) else "",
)
def test_what_cannot_be_a_release_is_not_taken_for_one(arguments: list[str], message: str) -> None:
    assert refusal(*arguments).endswith(f"{message}\n")
