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
from pathlib import Path

import pytest

from tests.paths import CHART
from tests.rendering import container, render

# Releases that these versions of Dask cannot work with are left out by name.
OLD = {"2022.10.2": ["click<8.2"], "2024.8.0": ["click<8.2"]}

POD = {
    **os.environ,
    "POD_NAME": "pod",
    "DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:8786",
    "DRAIN_TIMEOUT": "60",
    "PYTHONDONTWRITEBYTECODE": "1",  # into the chart
}

COMPUTE = """
from distributed import Client
client = Client("tcp://127.0.0.1:8786", timeout=30)
client.wait_for_workers(2, timeout=60)
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

client = Client("tcp://127.0.0.1:8786", timeout=30)
client.wait_for_workers(3, timeout=60)
own = {"workers": ["pod-0", "pod-1"], "allow_other_workers": True, "pure": False}
results = client.map(os.urandom, [1000] * 20, **own)
scattered = client.scatter(list(range(30)), workers=["pod-0"], hash=False)
before = client.gather(results)
actor = client.submit(Counter, actor=True, workers=["pod-1"]).result(10)
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


@pytest.fixture
def cluster(old_dask: Path, nannies: bool, tmp_path: Path) -> Iterator[None]:
    """Run the scheduler's and a worker's container arguments as processes of this machine."""
    values = {
        "workers": {"default": {"processes": 2, "threads": 1, "memoryLimit": "200Mi"}},
        "drain": {"enabled": nannies},
    }
    objects = render(values)
    local = {
        "demo-dask-scheduler:8786": "127.0.0.1:8786",
        "$(POD_NAME)": "pod",
        "/scratch": str(tmp_path),
        "/etc/dask-helm/files": str(CHART / "files"),
    }
    with ExitStack() as stack:
        for component in ("scheduler", "worker"):
            _, *arguments = container(objects, f"demo-dask-{component}")["args"]
            for old, new in local.items():
                arguments = [argument.replace(old, new) for argument in arguments]
            command = [old_dask / "dask", *arguments]
            with (tmp_path / component).open("w") as log:
                process = subprocess.Popen(command, env=POD, stdout=log, stderr=log)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        yield


@pytest.mark.usefixtures("cluster")
def test_old_dask_starts_and_computes(old_dask: Path) -> None:
    command = [str(old_dask / "python"), "-c", COMPUTE]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.stdout.strip() == "['pod-0', 'pod-1'] 3", result.stderr
    for port in (8787, 8790, 8791):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as health:
            assert health.read() == b"ok"


@pytest.fixture
def other(old_dask: Path, tmp_path: Path) -> Iterator[None]:
    """Run a worker beside those of the pod."""
    size = ["--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--name", "other"]
    command = [str(old_dask / "dask"), "worker", "tcp://127.0.0.1:8786", *size]
    with (tmp_path / "other").open("w") as log:
        process = subprocess.Popen([*command, "--local-directory", str(tmp_path)], stderr=log)
    yield
    process.terminate()
    process.wait(20)


@pytest.mark.usefixtures("cluster", "other")
def test_old_dask_hands_over(old_dask: Path, nannies: bool, tmp_path: Path) -> None:
    hook = tmp_path / "hook"
    hook.touch()
    command = [str(old_dask / "python"), "-c", HAND_OVER, str(CHART / "files" / "drain.py")]
    own = {**POD, "DRAIN_LOG": str(hook)}
    result = subprocess.run(
        command, env=own, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.stdout.endswith(HANDED_OVER), result.stderr
    log = (tmp_path / "worker" if nannies else hook).read_text()
    # The scattered ones, and what the third worker has not taken over.
    (held,) = re.findall("pod leaves: ([0-9]+) results, ", log)
    assert 30 <= int(held) <= 50
    assert "all results are handed over; 1 actors are lost" in log
