"""Mistakes in the commands for releases that run, told for the shell; no cluster is asked."""

import pytest
from dask_helm.cli.wording import in_the_shell

from tests.cli.running import refusal


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Write: HelmCluster('demo', namespace='team')", "Write: --release demo --namespace team"),
        ("HelmCluster(…, address='tcp://HOST:8786')", "--address tcp://HOST:8786"),
        ("Name a way with via=, or write force=True", "Name a way with --via, or write --force"),
        ("timeout='5x' is no time", "--timeout 5x is no time"),
        ("app.kubernetes.io/name=dask", "app.kubernetes.io/name=dask"),
        ("HelmCluster(…, security=distributed.Security(…))",) * 2,
    ],
)
def test_what_the_handle_says_is_told_for_the_shell(said: str, shown: str) -> None:
    assert in_the_shell(said) == shown


@pytest.mark.parametrize(
    "arguments",
    [
        *(["status", "demo"], ["versions", "demo"], ["logs", "demo"], ["open", "demo"]),
        *(["scale", "demo", "3"], ["scale", "3", "demo"], ["adapt", "demo", "--maximum", "3"]),
    ],
    ids=" ".join,
)
def test_a_release_without_its_option(arguments: list[str]) -> None:
    assert refusal(*arguments).endswith("\nIf demo is the release, write: --release demo\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scale", "-1"], "-1 is no number of pods; write a whole one from 0 on"),
        (["scale", "--", "-1"], "-1 is not in the range x>=0."),
        (["status", "-o", "xml"], "'xml' is not one of 'text', 'json', 'yaml'."),
        (["list", "--via", "node-port"], "No such option '--via'."),
    ],
    ids=lambda item: " ".join(item) if isinstance(item, list) else "",
)
def test_what_cannot_be_a_release_is_not_taken_for_one(arguments: list[str], message: str) -> None:
    assert refusal(*arguments).endswith(f"{message}\n")
