"""Completion in a real shell, and what it completes."""

import subprocess
from pathlib import Path

import pytest
from dask_helm.cli.completion import KINDS
from dask_helm.cli.group import COMPLETE, NAMES

from tests.cli.program import BIN, printed, process
from tests.cluster.fakes import deployment, ours
from tests.cluster.server import ObjectServer
from tests.paths import EXAMPLES


def completed(line: str) -> list[str]:
    """Return what bash is told to offer after this line."""
    words = line.split(" ")
    env = {COMPLETE: "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    offered = process(env=env).stdout.splitlines()
    return [word.partition(",")[2] for word in offered if word]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    script = printed("completion", shell)
    assert f"{COMPLETE}={shell}_complete" in script


def test_bash_reads_its_script_and_completes() -> None:
    line = (
        'eval "$(dask-helm completion bash)"; COMP_WORDS=(dask-helm val); COMP_CWORD=1; '
        '_dask_helm_completion dask-helm; echo "${COMPREPLY[@]}"'
    )
    command = ["bash", "-c", f'PATH="{BIN}:$PATH"; {line}']
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout == "validate\n"


def test_commands() -> None:
    assert completed("dask-helm ") == list(NAMES)


def test_releases_and_pools_of_the_cluster(tmp_path: Path) -> None:
    objects = [deployment("r-dask-worker-big", ours("r", "worker", "big"))]
    server = ObjectServer(tmp_path, *objects)
    try:
        where = f"--kubeconfig {server.kubeconfig}"
        assert completed(f"dask-helm status {where} ") == ["r"]
        assert completed(f"dask-helm logs {where} -r ") == ["r"]
        for command in ("scale", "adapt"):
            assert completed(f"dask-helm {command} {where} ") == ["r"]
            assert completed(f"dask-helm {command} {where} --pool b") == ["big"]
        assert completed(f"dask-helm scale {where} r 3 ") == []
    finally:
        server.stop()
    assert completed(f"dask-helm status {where} ") == [], "nothing is said without a cluster"


def test_options() -> None:
    assert "--set-string" in completed("dask-helm render --set")


def test_presets() -> None:
    assert completed("dask-helm new ") == [path.stem for path in EXAMPLES]


def test_kinds() -> None:
    assert completed("dask-helm render --only dep") == ["Deployment"]


def test_the_kinds_are_those_that_the_chart_makes() -> None:
    examples = [path for path in EXAMPLES if path.stem in ("default", "everything")]
    text = "".join(printed("render", "-f", path, "--no-hooks") for path in examples)
    kinds = {line.partition(": ")[2] for line in text.splitlines() if line.startswith("kind: ")}
    assert kinds == set(KINDS)


def test_paths_of_values() -> None:
    assert completed("dask-helm explain sched") == ["scheduler"]
    assert "scheduler.dashboard" in completed("dask-helm explain scheduler.")
    assert completed("dask-helm explain workers.gpu.repl") == ["workers.gpu.replicas"]
    assert completed("dask-helm schema nothing.like.this") == []
