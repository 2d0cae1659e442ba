"""What Helm prints after an install: real values, commands that can be pasted, warnings."""

import os
import shlex
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from harness import observation
from harness.release import Release

LOST = "notebooks are lost when Jupyter's pod stops."


def environment(release: Release) -> dict[str, str]:
    """Return the environment of a user's shell."""
    target = release.target
    path = os.pathsep.join(
        [str(Path(sys.executable).parent), str(target.programs), os.environ["PATH"]]
    )
    return {**os.environ, "PATH": path, "KUBECONFIG": str(target.kubeconfig)}


def pasted(release: Release, line: str) -> str:
    """Run a line of the notes in a shell, as a user would, and return what it prints."""
    command = ["bash", "-euo", "pipefail", "-c", line]
    return subprocess.run(
        command, env=environment(release), check=True, capture_output=True, text=True, timeout=300
    ).stdout


def first_line(release: Release, line: str) -> str:
    """Run a line of the notes that goes on until Ctrl-C, and return the first line it prints."""
    words = shlex.split(line)
    with subprocess.Popen(
        ["timeout", "--signal=INT", "300", *words],
        env=environment(release),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        process.terminate()
    return printed


def commands(notes: str, beginning: str) -> list[str]:
    return [line.strip() for line in notes.splitlines() if line.strip().startswith(beginning)]


def test_every_command_of_the_notes_works_as_printed(release: Release) -> None:
    release.install(values={"workers": {"default": {"replicas": 1}, "big": {"replicas": 0}}})
    notes = release.helm("get", "notes", release.name)
    assert "tcp://demo-dask-scheduler:8786" in notes
    warnings = [line for line in notes.splitlines() if line.startswith("WARNING")]
    assert warnings == [f"WARNING: {LOST} To keep them, write:"]

    forwards = commands(notes, f"kubectl -n {release.namespace} port-forward")
    assert len(forwards) == 2
    with ExitStack() as stack:
        for line in forwards:
            arguments = shlex.split(line)
            ports = arguments[5:]
            assert set(ports) <= {"8786", "8787", "8888"}
            stack.enter_context(release.forwarded(arguments[4], ports[0]))
    (token,) = commands(notes, f"kubectl -n {release.namespace} exec")
    assert "?token=" in pasted(release, token)
    for scale in commands(notes, f"kubectl -n {release.namespace} scale"):
        assert "scaled" in pasted(release, scale)
    observation.until(lambda: len(observation.pods(release, "worker")) == 4)
    (link,) = commands(notes, "dask-helm open jupyter")
    assert "?token=" in first_line(release, f"{link} --no-browser")
    (test,) = commands(notes, "helm")
    assert "Succeeded" in pasted(release, test)


def test_the_token_of_a_secret(release: Release) -> None:
    release.kubectl("create", "secret", "generic", "login", "--from-literal=a.b=secret-token")
    jupyter = {"existingSecret": "login", "existingSecretKey": "a.b", "replicas": 0}
    release.helm("install", release.name, "chart", values={"jupyter": jupyter})
    notes = release.helm("get", "notes", release.name)
    (line,) = commands(notes, f"kubectl -n {release.namespace} get secret")
    assert pasted(release, line) == "secret-token"


def test_warnings(release: Release) -> None:
    values = {
        "image": {"repository": "registry.example.com/own"},
        "scheduler": {"service": {"type": "LoadBalancer"}},
        "jupyter": {
            "image": {"repository": "registry.example.com/other"},
            "service": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.0/24"]},
        },
        "extraPackages": {"apt": ["git"]},
    }
    release.helm("install", release.name, "chart", values=release.target.image | values)
    notes = release.helm("get", "notes", release.name)
    warnings = [line for line in notes.splitlines() if line.startswith("WARNING")]
    assert len(warnings) == 4
    assert warnings[0].startswith("WARNING: the scheduler Service is a LoadBalancer that is open")
    assert LOST in warnings[1]
    assert "extraPackages.apt" in warnings[2]
    assert "Jupyter runs registry.example.com/other" in warnings[3]
