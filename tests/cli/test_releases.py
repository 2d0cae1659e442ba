"""Mistakes in the commands for running releases, found before a cluster is asked."""

from pathlib import Path

import pytest

from tests.cli.program import invoke, printed, refusal
from tests.cluster.server import ObjectServer


def test_a_release_without_its_option() -> None:
    assert refusal("open", "demo").endswith("\nIf demo is the release, write: --release demo\n")


@pytest.mark.parametrize("arguments", [["scale", "demo"], ["scale", "3", "demo"]], ids=" ".join)
def test_a_release_in_the_place_of_the_number_of_pods(arguments: list[str]) -> None:
    advice = "\nIf demo is the release, write: dask-helm scale demo PODS\n"
    assert refusal(*arguments).endswith(advice)


@pytest.mark.parametrize(
    ("command", "others"),
    [
        *((name, []) for name in ("status", "versions", "logs")),
        ("scale", ["3"]),
        ("adapt", ["--maximum=3"]),
    ],
)
def test_a_release_as_argument(command: str, others: list[str], tmp_path: Path) -> None:
    server = ObjectServer(tmp_path)
    others = [*others, f"--kubeconfig={server.kubeconfig}"]
    try:
        message = invoke(command, "demo", *others, code=2).stderr
        assert "Error: There is no release 'demo'" in message
        assert invoke(command, "-r", "demo", *others, code=2).stderr == message
        assert refusal(command, "a", "-r", "b", *others).endswith("Two releases: a and b\n")
        assert refusal(command, "a", "b", *others).endswith("can be named, got: a b\n")
    finally:
        server.stop()


def test_a_number_alone_is_the_number_of_pods_and_before_another_a_release(tmp_path: Path) -> None:
    server = ObjectServer(tmp_path)
    where = ("--kubeconfig", server.kubeconfig)
    try:
        assert "There is no release of a Dask chart" in invoke("scale", "3", *where, code=2).stderr
        assert "There is no release '3'" in invoke("scale", "3", "1", *where, code=2).stderr
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
        (
            ["status", "-o", "xml"],
            "'xml' is not one of 'text', 'wide', 'name', 'json', 'yaml'.",
        ),
        (["list", "--via", "node-port"], "No such option '--via'."),
    ],
    ids=lambda item: " ".join(item) if isinstance(item, list) else "",
)
def test_what_cannot_be_a_release_is_not_taken_for_one(arguments: list[str], message: str) -> None:
    assert refusal(*arguments).endswith(f"{message}\n")
