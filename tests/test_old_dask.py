"""The command lines that the chart renders, run by old releases of Dask on this machine.

2022.10 is the oldest that has `dask scheduler` and `dask worker`.
"""

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

COMPUTE = """
from distributed import Client
client = Client("tcp://127.0.0.1:8786", timeout=30)
client.wait_for_workers(2, timeout=60)
names = sorted(worker["name"] for worker in client.scheduler_info()["workers"].values())
print(names, client.submit(sum, [1, 2]).result())
"""


@pytest.fixture(params=OLD)
def old_dask(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the `bin` folder of an environment with that release of Dask."""
    uv = str(Path(sys.executable).with_name("uv"))
    environment = tmp_path / "old"
    wanted = [f"dask=={request.param}", f"distributed=={request.param}", *OLD[request.param]]
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(environment)], check=True)
    python = str(environment / "bin" / "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *wanted], check=True)
    return environment / "bin"


@pytest.fixture
def cluster(old_dask: Path, tmp_path: Path) -> Iterator[None]:
    """Run the scheduler's and a worker's container arguments as processes of this machine."""
    values = {"workers": {"default": {"processes": 2, "threads": 1, "memoryLimit": "200Mi"}}}
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
            with (tmp_path / component).open("w") as log:
                process = subprocess.Popen([old_dask / "dask", *arguments], stderr=log)
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
