"""The hook itself: what it does where no nanny of the pod does it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_helm.cluster.observe.status import HOOK_FAULTS
from dask_helm.cluster.scaling import remote
from distributed import Client
from distributed.utils import import_file

from tests.drain.cluster import HOOK, PRELOAD, Cluster, until
from tests.drain.conftest import STAYING, join
from tests.drain.tasks import Counter, begin, beginnings, begun, end, on
from tests.paths import CHART


@pytest.fixture(scope="module")
def nannies() -> bool:
    """Let the workers run without nannies."""
    return False


def test_names_that_are_not_this_pod(cluster: Cluster, pod: str) -> None:
    for name in (pod.removesuffix("-x"), pod[1:]):
        said = cluster.drained(name, timeout=0)
        assert f"the scheduler knows no worker {name}: nothing to do" in said
    assert pod in cluster.names


def test_no_scheduler(cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
    for scheduler in (closed, "tcp://nowhere.invalid:8786"):
        said = cluster.drained("pod", timeout=600, DASK_SCHEDULER_ADDRESS=scheduler)
        assert f"the scheduler {scheduler} cannot be reached: nothing to do" in said


def test_a_scheduler_that_never_answers(cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        said = cluster.drained("pod", timeout=0, DASK_SCHEDULER_ADDRESS=address)
        assert "there is no time left: ended" in said
        assert time.monotonic() - start > 19, "it asks until the grace period is nearly over"


def test_a_log_that_cannot_be_written(cluster: Cluster, client: Client, pod: str) -> None:
    piece = client.scatter("piece", workers=[pod])
    assert cluster.drain(pod, DRAIN_LOG="/proc/nothing/fd/1").wait(150) == 0
    assert piece.result(timeout=120) == "piece"
    assert pod not in cluster.names


def test_a_log_that_nobody_reads(cluster: Cluster, pod: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    assert cluster.drain(pod, DRAIN_LOG=str(tmp_path / "log")).wait(150) == 0
    assert pod not in cluster.names


def test_what_is_wrong_is_said_and_fails_the_hook(cluster: Cluster) -> None:
    without_certificates = cluster.address.replace("tcp://", "tls://")
    script = cluster.drain("pod", DASK_SCHEDULER_ADDRESS=without_certificates)
    assert script.wait(150) == 1
    assert "TypeError: TLS" in cluster.said("pod")


@pytest.fixture
def with_nannies(tmp_path: Path) -> Iterator[Cluster]:
    """Yield a cluster of workers as they are in pods, one of which stays."""
    with Cluster(tmp_path, nannies=True) as running:
        running.join(STAYING)
        yield running


def test_a_nanny_that_does_not_answer(with_nannies: Cluster) -> None:
    pod = join(with_nannies)
    with Client(with_nannies.address) as client:
        piece = client.scatter("piece", workers=[pod])
        (nanny,) = client.run(os.getppid, workers=[with_nannies.address_of(pod)]).values()
        os.kill(nanny, signal.SIGSTOP)
        try:
            assert with_nannies.drain(pod, alone=True).wait(150) == 0
            assert "all results are handed over" in with_nannies.said(pod)
            assert with_nannies.names == {STAYING}
            assert piece.result(timeout=120) == "piece"
        finally:
            os.kill(nanny, signal.SIGCONT)


PATH_WITHOUT_DASK = "/usr/bin:/bin"


def test_an_environment_that_only_the_entry_point_activates(
    with_nannies: Cluster, tmp_path: Path
) -> None:
    """The hook runs the Python of the nanny, which is not on the PATH that the kubelet gives it."""
    pod = join(with_nannies)
    with Client(with_nannies.address) as client:
        piece = client.scatter("piece", workers=[pod])
        (nanny,) = client.run(os.getppid, workers=[with_nannies.address_of(pod)]).values()
        os.kill(nanny, signal.SIGSTOP)  # so that the hook has to import Dask itself
        try:
            hook = with_nannies.drain(pod, script=HOOK, PATH=PATH_WITHOUT_DASK)
            assert hook.wait(150) == 0
            assert "all results are handed over" in with_nannies.said(pod)
            assert piece.result(timeout=120) == "piece"
        finally:
            os.kill(nanny, signal.SIGCONT)


def test_a_hook_that_cannot_work_is_reported_when_the_worker_starts(tmp_path: Path) -> None:
    broken = {"PATH": PATH_WITHOUT_DASK, "DRAIN_FOLDER": "/proc/nothing"}
    with Cluster(tmp_path, nannies=True, **broken) as running, Client(running.address) as client:
        pod = join(running)
        until(lambda: "ERROR: the preStop hook cannot work" in running.said(pod))
        until(lambda: client.get_events(HOOK_FAULTS))
        ((_, told),) = client.get_events(HOOK_FAULTS)
        assert told["pod"] == pod
        assert "python" in told["fault"]


def test_a_hook_that_can_work_is_not_reported(with_nannies: Cluster) -> None:
    pod = join(with_nannies)
    with Client(with_nannies.address) as client:
        assert "all results are handed over" in with_nannies.drained(pod, script=HOOK)
        assert "ERROR" not in with_nannies.said(pod)
        assert not client.get_events(HOOK_FAULTS)


def test_a_nanny_of_another_version(with_nannies: Cluster, tmp_path: Path) -> None:
    """An upgrade of the chart reaches the files of a pod, but not what its nanny has loaded."""
    files = Path(shutil.copytree(CHART / "files", tmp_path / "files"))
    changed = (
        (files / "dask_helm_handover.py").read_text().replace("all results are", "everything is")
    )
    (files / "dask_helm_handover.py").write_text(changed)
    pod = join(with_nannies)
    assert with_nannies.drain(pod, alone=True, script=files / "drain.py").wait(150) == 0
    assert "everything is handed over" in with_nannies.said(pod)


def test_a_nanny_stops_when_nobody_waits_for_it(with_nannies: Cluster, tmp_path: Path) -> None:
    pod = join(with_nannies)
    with Client(with_nannies.address) as client:
        running = client.submit(begin, tmp_path / "a", 60, workers=[pod])
        begun(tmp_path / "a")
        script = with_nannies.drain(pod)
        until(lambda: "leaves" in with_nannies.said(pod))
        script.kill()
        end(tmp_path / "a")
        assert running.result(timeout=120) == "a"
        time.sleep(2)
    assert pod in with_nannies.names


def test_a_worker_that_cannot_say_what_actors_it_has(with_nannies: Cluster) -> None:
    pod = join(with_nannies)
    with Client(with_nannies.address) as client:
        (worker,) = client.run(os.getpid, workers=[with_nannies.address_of(pod)]).values()
        actor = client.submit(Counter, actor=True, **on(pod)).result(timeout=120)
        piece = client.scatter("piece", workers=[pod])
        os.kill(worker, signal.SIGSTOP)
        script = with_nannies.drain(pod, replacement=1)
        time.sleep(15)  # it is asked twice, for 5 s each
        os.kill(worker, signal.SIGCONT)
        assert script.wait(150) == 0
        assert f"cannot be moved: {actor.key}" in with_nannies.said(pod)
        with_nannies.stop(pod)
        assert piece.result(timeout=120) == "piece"


def test_a_nanny_hands_over_at_its_own_scheduler(with_nannies: Cluster) -> None:
    pod = join(with_nannies)
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        assert "all results are handed over" in with_nannies.drained(
            pod, DASK_SCHEDULER_ADDRESS=address
        )


def test_a_nanny_refuses_what_is_no_order_and_whoever_is_not_its_own_user(
    with_nannies: Cluster, tmp_path: Path
) -> None:
    pod = join(with_nannies)
    order = json.dumps([pod, with_nannies.address, time.monotonic(), 60, 15])
    for user, sent in ((None, "nonsense"), (None, "[1]"), (65534, order)):
        command = [sys.executable, "-S", "-c", ASK, f"dask-helm-{pod}", sent]
        asked = subprocess.run(command, user=user, capture_output=True, timeout=120, check=True)
        assert asked.stdout == b"b''\n", "it closes without a word"
    assert pod in with_nannies.names
    assert "Traceback" not in (tmp_path / f"{pod}.stderr").read_text()
    assert "all results are handed over" in with_nannies.drained(pod)


ASK = """
import socket, sys
known = [line.split()[-1] for line in open("/proc/net/unix") if "@" + sys.argv[1] in line]
asking = socket.socket(socket.AF_UNIX)
asking.connect("\\0" + known[0][1:])
try:
    asking.sendall(sys.argv[2].encode() + b"\\n")
    print(asking.recv(9))
except ConnectionError:
    print(b"")
"""


@pytest.mark.parametrize("answer", [b"", b"\n", b"\nx"])
def test_a_nanny_that_ends_meanwhile(
    cluster: Cluster, pod: str, answer: bytes, tmp_path: Path
) -> None:
    """In a pod the hook ends with it, unless the nanny is not the container's first process."""
    (handover,) = import_file(shutil.copy(PRELOAD, tmp_path))
    with socket.socket(socket.AF_UNIX) as nanny:
        nanny.bind(handover.address(pod))
        nanny.listen()
        script = cluster.drain(pod)
        hook, _ = nanny.accept()
        with hook:
            assert json.loads(hook.makefile().readline())[0] == pod
            hook.sendall(answer)
        assert script.wait(150) == 0
    assert pod not in cluster.names


@pytest.mark.parametrize("by_handle", [False, True])
def test_a_task_that_is_given_back_begins_once(
    alone: Cluster, tmp_path: Path, by_handle: bool
) -> None:
    """The worker may begin tasks again before the scheduler has read what it gives back."""
    (handover,) = import_file(shutil.copy(PRELOAD, tmp_path))

    def give_back_and_go_on(dask_worker: Any) -> None:
        if by_handle:
            remote.give_back([dask_worker.address], dask_worker)
        else:
            handover.give_back(dask_worker)
        set_status("running", dask_worker)

    pod = join(alone)
    with Client(alone.address) as client:
        first, second = tmp_path / "first", tmp_path / "second"
        tasks = [client.submit(begin, first, 60)]
        begun(first)
        tasks.append(client.submit(begin, second, 60))
        workers = [alone.address_of(pod)]
        until(lambda: client.run(queued, workers=workers)[workers[0]] == 1)
        client.run(set_status, "closing_gracefully", workers=workers)
        end(first)
        assert tasks[0].result(timeout=120) == "first"
        assert beginnings(second) == 0
        client.run(give_back_and_go_on, workers=workers)
        begun(second)
        time.sleep(1)
        end(second)
        assert tasks[1].result(timeout=120) == "second"
        assert beginnings(second) == 1


def queued(dask_worker: Any) -> int:
    return sum(task.state == "ready" for task in dask_worker.state.tasks.values())


def set_status(status: str, dask_worker: Any) -> None:
    dask_worker.handle_worker_status_change(status, "test")
