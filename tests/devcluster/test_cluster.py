"""The local cluster comes up whatever happened before, works, and leaves nothing behind.

These tests start and remove the machine's one cluster again and again; at the end there is none.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from devcluster import image, inventory
from devcluster.inventory import Inventory
from devcluster.template import fill

ASK = """
from urllib.request import urlopen
for _ in range(20):
    print(urlopen('http://web.default/', timeout=60).read().decode())
"""
CHECKOUT = Path(__file__).parents[2]
PARTS = ("LICENSE", "README.md", "chart", "pyproject.toml", "renderer", "requirements.txt")
PODS = fill("test-pods.yaml", image=image.name())

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux and root"),
]


def command(word: str, checkout: Path = CHECKOUT) -> subprocess.Popen[str]:
    """Call the command line in a process group of its own, to be killed as a whole."""
    return subprocess.Popen(
        [sys.executable, "-m", "devcluster", word],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def call(word: str, checkout: Path = CHECKOUT) -> str:
    """Call the command line to its good end and return what it printed."""
    process = command(word, checkout)
    printed, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    return printed


def kill(process: subprocess.Popen[str]) -> int:
    """Kill what was called, with all it has called itself."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode


@pytest.fixture(scope="module", autouse=True)
def before() -> Iterator[Inventory]:
    """Yield what the machine has without a cluster; leave it like that."""
    call("up")  # everything is built and installed from here on
    call("down")
    yield inventory.take()
    call("down")


class Kubectl:
    """The cluster that `up` told about."""

    def __init__(self, printed: str) -> None:
        lines = (line.removeprefix("export ").split("=", 1) for line in printed.splitlines())
        told = dict(lines)
        self.program = Path(told["PATH"].removesuffix(":$PATH")) / "kubectl"
        self.environment = {"KUBECONFIG": told["KUBECONFIG"], "HOME": "/nonexistent"}

    def __call__(self, *words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [self.program, *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def uid(self) -> str:
        """What tells one cluster from another."""
        return self("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")

    def start_pods(self) -> list[str]:
        """Start a pod on each node, behind a Service, and return their names."""
        self("apply", "-f", "-", stdin=PODS)
        self("rollout", "status", "daemonset/web", "--timeout=300s")
        time.sleep(2)  # until every kube-proxy has heard of it, which nothing tells
        return self("get", "pods", "-l", "app=web", "-o", "name").split()

    def nodes_ready(self) -> list[str]:
        """The state of each node's Ready condition."""
        path = '{.items[*].status.conditions[?(@.type=="Ready")].status}'
        return self("get", "nodes", "-o", f"jsonpath={path}").split()


@pytest.mark.parametrize("after", [0.6, 2.5, 6.0])
def test_up_killed_and_called_again_gives_a_working_cluster(after: float) -> None:
    call("down")
    process = command("up")
    time.sleep(after)
    assert kill(process) == -signal.SIGKILL, "it had finished before it was killed"
    kubectl = Kubectl(call("up"))
    assert kubectl.nodes_ready() == ["True", "True"]
    assert len(kubectl.start_pods()) == 2


def test_up_called_twice_keeps_the_cluster() -> None:
    printed = call("up")
    uid = Kubectl(printed).uid()
    assert call("up") == printed
    assert Kubectl(printed).uid() == uid


def test_two_ups_at_once_make_one_cluster() -> None:
    call("down")
    both = [command("up"), command("up")]
    printed = {process.communicate(timeout=900)[0] for process in both}
    assert len(printed) == 1
    assert Kubectl(printed.pop()).nodes_ready() == ["True", "True"]


def test_status_tells_what_up_told() -> None:
    assert call("up") == call("status")


def test_pods_find_each_other_and_are_reached_from_outside() -> None:
    kubectl = Kubectl(call("up"))
    pods = kubectl.start_pods()
    nodes = kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.nodeName}")
    assert sorted(nodes.split()) == ["dask-node-1", "dask-node-2"]
    for pod in pods:
        answers = kubectl("exec", pod, "--", "python", "-c", ASK).split()
        assert set(answers) == {name.removeprefix("pod/") for name in pods}
        assert "GET /" in kubectl("logs", pod)
        assert kubectl("exec", pod, "--", "id", "-u").strip() == "1000"


def test_port_forward_reaches_a_pod() -> None:
    kubectl = Kubectl(call("up"))
    pod = kubectl.start_pods()[0]
    words = [str(kubectl.program), "port-forward", pod, ":8000"]
    way = subprocess.Popen(words, env=kubectl.environment, stdout=subprocess.PIPE, text=True)
    assert way.stdout is not None
    with way.stdout:
        port = way.stdout.readline().split(":")[1].split()[0]
        with urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            name = answer.read().decode().strip()
        way.kill()
    way.wait()
    assert name == pod.removeprefix("pod/")


def test_a_cluster_of_other_inputs_is_replaced(tmp_path: Path, before: Inventory) -> None:
    old = Kubectl(call("up")).uid()
    other = _another_checkout(tmp_path / "checkout")
    replaced = Kubectl(call("up", other))
    assert replaced.uid() != old
    assert replaced.nodes_ready() == ["True", "True"]
    call("down")  # ours takes away what the other one started
    assert inventory.left_over(before) == {}


def _another_checkout(target: Path) -> Path:
    shutil.copytree(CHECKOUT / "devcluster", target / "devcluster")
    for part in (*PARTS, "schemas", "values", "images"):
        copy = shutil.copytree if (CHECKOUT / part).is_dir() else shutil.copy
        copy(CHECKOUT / part, target / part)
    with (target / "devcluster/files/Corefile").open("a") as corefile:
        corefile.write("# another checkout\n")
    return target


@pytest.mark.parametrize(
    "trace", ["var/lib/dask-helm/cluster.json", "sys/fs/cgroup/*/dask-helm/dask-node-2"]
)
def test_down_killed_and_called_again_leaves_nothing(trace: str, before: Inventory) -> None:
    """It takes a quarter of a second: so it is killed as soon as something has gone."""
    Kubectl(call("up")).start_pods()
    process = command("down")
    while list(Path("/").glob(trace)):
        time.sleep(0.001)
    kill(process)
    call("down")
    assert inventory.left_over(before) == {}


def test_nothing_is_left_after_down(before: Inventory) -> None:
    Kubectl(call("up")).start_pods()
    assert inventory.left_over(before) != {}, "the inventory sees nothing of a cluster"
    call("down")
    assert inventory.left_over(before) == {}


def test_down_is_harmless_where_there_is_no_cluster(before: Inventory) -> None:
    call("down")
    call("down")
    assert inventory.left_over(before) == {}
