"""The command lines and the script of the chart, run by old releases of Dask on this machine.

2022.10 is the oldest that has `dask scheduler` and `dask worker`.
"""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import CHART
from tests.ports import free_ports
from tests.rendering import container, render

# Releases that these versions of Dask cannot work with are left out by name.
OLD = {"2022.10.2": ["click<8.2"], "2024.8.0": ["click<8.2"]}

POD = {
    **os.environ,
    "POD_NAME": "pod",
    "DRAIN_TIMEOUT": "60",
    "PYTHONDONTWRITEBYTECODE": "1",  # into the chart
    "DRAIN_FILES": str(CHART / "files"),
    "DRAIN_FOLDER": "/proc/nothing",  # nannies write nothing down
}

COMPUTE = """
import os
from distributed import Client
client = Client(os.environ["DASK_SCHEDULER_ADDRESS"], timeout=120)
client.wait_for_workers(2, timeout=120)
names = sorted(worker["name"] for worker in client.scheduler_info()["workers"].values())
print(names, client.submit(sum, [1, 2]).result())
"""

# A pod of two processes leaves while a third worker stays.
HAND_OVER = """
import os, subprocess, sys, time
from distributed import Client

class Counter:
    pass

def slow(number):
    time.sleep(5)
    return number

client = Client(os.environ["DASK_SCHEDULER_ADDRESS"], timeout=120)
client.wait_for_workers(3, timeout=120)
own = {"workers": ["pod-0", "pod-1"], "allow_other_workers": True, "pure": False}
results = client.map(os.urandom, [1000] * 20, **own)
scattered = client.scatter(list(range(30)), workers=["pod-0"], hash=False)
before = client.gather(results)
actor = client.submit(Counter, actor=True, workers=["pod-1"]).result(120)
running = client.map(slow, range(2), **own)
queued = client.map(os.urandom, [1] * 20, **own)
time.sleep(1)
script = subprocess.run([sys.executable, sys.argv[1]])
left = {worker["name"]: address for address, worker in client.scheduler_info()["workers"].items()}
suspicious = "sum(task.suspicious for task in dask_scheduler.tasks.values())"
print(script.returncode, sorted(left), client.gather(running), len(client.gather(queued)))
copied = client.who_has(results + scattered + running).values()
print(all(left["other"] in addresses for addresses in copied))
print(client.gather(results) == before, client.gather(scattered) == list(range(30)))
print(client.run_on_scheduler(eval("lambda dask_scheduler: " + suspicious)))
"""
# Only the process with the actor is still known.
HANDED_OVER = """0 ['other', 'pod-1'] [0, 1] 20
True
True True
0
"""


@pytest.fixture(params=OLD, scope="module")
def old_dask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` folder of an environment with that release of Dask."""
    uv = str(Path(sys.executable).with_name("uv"))
    environment = tmp_path_factory.mktemp("old")
    wanted = [f"dask=={request.param}", f"distributed=={request.param}", *OLD[request.param]]
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(environment)], check=True)
    python = str(environment / "bin" / "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *wanted], check=True)
    return environment / "bin"


@pytest.fixture(params=[True, False], ids=["nanny", "hook"])
def nannies(request: pytest.FixtureRequest) -> bool:
    """Whether nannies hand over, or the hook."""
    return bool(request.param)


@dataclass(frozen=True)
class Cluster:
    """A scheduler and the two workers of a pod, as processes of this machine."""

    environment: dict[str, str]  # of the pod
    address: str
    pages: list[int]  # the ports of their pages
    folder: Path  # has their logs

    def log(self, component: str) -> str:
        return (self.folder / component).read_text()


@pytest.fixture
def cluster(old_dask: Path, nannies: bool, tmp_path: Path) -> Iterator[Cluster]:
    """Run the container arguments of scheduler and worker."""
    values = {
        "workers": {"default": {"processes": 2, "threads": 1, "memoryLimit": "200Mi"}},
        "drain": {"enabled": nannies},
    }
    objects = render(values)
    # A scheduler whose port is taken by somebody else would quietly choose another one.
    comm, pages = free_ports(2)
    address = f"tcp://127.0.0.1:{comm}"
    environment = POD | {"DASK_SCHEDULER_ADDRESS": address}
    local = {
        "tcp://demo-dask-scheduler:8786": address,
        "--port=8786": f"--port={comm}",
        "=:8787": f"=:{pages}",
        "$(POD_NAME)": "pod",
        "/scratch": str(tmp_path),
        "/etc/dask-helm/files": str(CHART / "files"),
    }
    with ExitStack() as stack:
        for component in ("scheduler", "worker"):
            given = container(objects, f"demo-dask-{component}")["args"]
            arguments = given[given.index("dask") + 1 :]
            for old, new in local.items():
                arguments = [argument.replace(old, new) for argument in arguments]
            command = [old_dask / "dask", *arguments]
            with (tmp_path / component).open("w") as log:
                process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        yield Cluster(environment, address, [pages, 8790, 8791], tmp_path)


def test_old_dask_starts_and_computes(old_dask: Path, cluster: Cluster) -> None:
    result = run(old_dask, cluster, COMPUTE)
    assert result.stdout.strip() == "['pod-0', 'pod-1'] 3", result.stderr
    for port in cluster.pages:
        page = f"http://127.0.0.1:{port}/health"
        try:
            with urllib.request.urlopen(page, timeout=120) as health:
                assert health.read() == b"ok"
        except OSError as error:
            pytest.fail(f"{page}: {error}\n{cluster.log('scheduler')}\n{cluster.log('worker')}")


def run(
    old_dask: Path, cluster: Cluster, program: str, *arguments: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a Python program with that Dask and the environment of the pod."""
    command = [str(old_dask / "python"), "-c", program, *arguments]
    own = cluster.environment | variables
    return subprocess.run(
        command, env=own, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def other(old_dask: Path, cluster: Cluster, tmp_path: Path) -> Iterator[None]:
    """Run a worker beside those of the pod."""
    size = ["--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--name", "other"]
    command = [str(old_dask / "dask"), "worker", cluster.address, *size]
    with (tmp_path / "other").open("w") as log:
        process = subprocess.Popen([*command, "--local-directory", str(tmp_path)], stderr=log)
    yield
    process.terminate()
    process.wait(150)


@pytest.mark.usefixtures("other")
def test_old_dask_hands_over(
    old_dask: Path, cluster: Cluster, nannies: bool, tmp_path: Path
) -> None:
    hook = tmp_path / "hook"
    hook.touch()
    script = str(CHART / "files" / "drain.py")
    result = run(old_dask, cluster, HAND_OVER, script, DRAIN_LOG=str(hook))
    assert result.stdout.endswith(HANDED_OVER), result.stderr
    log = cluster.log("worker") if nannies else hook.read_text()
    # The scattered ones, what the third worker has not taken over, and tasks that have ended since.
    (held,) = re.findall("pod leaves: ([0-9]+) results, ", log)
    assert 30 <= int(held) <= 72
    assert "all results are handed over; 1 actors are lost" in log
