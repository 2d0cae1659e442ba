"""What the handle tells of a release: its pools, its logs, and why something does not start."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dask_helm import labels
from dask_helm.cluster.release.pools import PoolStatus
from dask_helm.errors import ArgumentError, StartError, UnknownPoolError, WaitError
from distributed import Client
from distributed.utils import Log, Logs

from harness import observation
from harness.handles import Observer, handle
from harness.release import Release
from tests.e2e.accounts import kubeconfig
from tests.e2e.faults import Gate, server

SMALL = {"requests": {"cpu": "50m", "memory": "200Mi"}, "limits": {"cpu": 1, "memory": "400Mi"}}
CRASH = ["sh", "-c", "echo it broke here; exit 3"]
VALUES: dict[str, Any] = {
    "jupyter": {"replicas": 0},
    "workerDefaults": {"resources": SMALL, "replicas": 0},
    "workers": {
        "default": {"replicas": 2},
        "double": {"replicas": 1, "processes": 2, "threads": 1},
        "huge": {"resources": {"requests": {"cpu": 1000}}},
        "noimage": {"image": {"repository": "localhost/nothing", "tag": "at-all"}},
        "crash": {"command": CRASH},
        "nosecret": {
            "volumes": [{"name": "gone", "secret": {"secretName": "nowhere"}}],
            "volumeMounts": [{"name": "gone", "mountPath": "/gone"}],
        },
    },
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def set_replicas(release: Release, pool: str, number: int) -> None:
    name = Observer(release).deployment(labels.WORKER, pool).metadata.name
    release.kubectl("scale", f"deployment/{name}", f"--replicas={number}")


def empty(release: Release, pool: str) -> None:
    """Remove the pods of a pool, and wait until they are gone."""
    set_replicas(release, pool, 0)
    selector = labels.selector("demo", labels.WORKER, pool)
    release.kubectl("wait", "--for=delete", "pod", "-l", selector, "--timeout=400s")


def test_pools_in_numbers(installed: Release) -> None:
    with handle(installed) as cluster:
        cluster.wait_for_workers(4, timeout=300)
        groups = cluster.pools
        assert set(groups) == set(VALUES["workers"])
        memory = 2 * int(400 * 2**20 * 0.9)
        assert groups["default"] == PoolStatus(2, 2, 2, 2, memory)
        assert groups["double"] == PoolStatus(1, 1, 2, 2, memory // 2 // 2 * 2)
        assert groups["huge"] == PoolStatus(0, 0, 0, 0, 0)
        for name, group in groups.items():
            pods = Observer(installed).pods(labels.WORKER, name)
            assert (group.desired, group.ready) == (Observer(installed).replicas(name), len(pods))


def test_waiting_for_what_is_there(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        client.wait_for_workers(4, timeout=300)
        cluster.wait_for_workers(2, worker_group="double")
        cluster.wait_ready(timeout=300)
        with pytest.raises(WaitError, match=r"4 of 9 workers run after 1 s"):
            cluster.wait_for_workers(9, timeout="1s")
        with pytest.raises(
            UnknownPoolError, match=r"crash, default, double, huge, noimage, nosecret"
        ):
            cluster.wait_for_workers(1, worker_group="nix")
        for wrong in (0, -1, 1.5, True):
            with pytest.raises(ValueError, match="must be an integer, 1 or more"):
                cluster.wait_for_workers(wrong)


@pytest.mark.parametrize(
    ("pool", "reason", "told"),
    [
        (
            "huge",
            r"Unschedulable: 0/\d nodes are available",
            r"Pod is Pending: Unschedulable: 0/\d nodes are (?s:.*)\n  FailedScheduling: ",
        ),
        (
            "noimage",
            r"(ErrImagePull|ImagePullBackOff): .*localhost/nothing",
            r"Pod is Pending: (ErrImagePull|ImagePullBackOff): (?s:.*)\n  Failed: ",
        ),
        (
            "crash",
            r"CrashLoopBackOff: [^\n]*\n    it broke here$",
            r"Pod is Running: CrashLoopBackOff: (?s:.*)\n  BackOff: .*\n(?s:.*)it broke here\n$",
        ),
    ],
)
def test_why_a_pod_does_not_start(
    installed: Release, pool: str, reason: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_replicas(installed, pool, 1)
    try:
        with handle(installed, quiet=False) as cluster:
            started = time.monotonic()
            with pytest.raises(StartError, match=reason) as caught:
                cluster.wait_for_workers(1, worker_group=pool)
            with pytest.raises(StartError, match=reason):
                cluster.wait_ready(worker_group=pool)
            print(f"given up after {time.monotonic() - started:.1f} s")
            (pod,) = Observer(installed).pods(labels.WORKER, pool)
            assert caught.value.troubles[0].startswith(pod)
            assert pod in capsys.readouterr().out, "it is told before it is given up"
            cluster.wait_for_workers(4, timeout=300)
            observation.until(
                lambda: re.match(told, cluster.get_logs(scheduler=False, worker_group=pool)[pod]),
                what="why it does not run is in its log",
            )
            if pool == "crash":
                assert "it broke here" in cluster.get_logs(worker_group=pool, previous=True)[pod]
    finally:
        empty(installed, pool)


@contextmanager
def quota(release: Release, pods: int) -> Iterator[None]:
    """Let the namespace have no more pods than that."""
    release.kubectl("create", "quota", "few", f"--hard=pods={pods}")
    try:
        yield
    finally:
        release.kubectl("delete", "quota", "few")


def test_a_quota_that_forbids_pods_is_told(
    installed: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    with handle(installed, quiet=False) as cluster:
        cluster.wait_for_workers(4, timeout=300)
        try:
            with quota(installed, _pods(installed)):
                cluster.scale(3)
                with pytest.raises(
                    StartError, match=r"worker: FailedCreate: .*exceeded quota: few"
                ):
                    cluster.wait_ready(worker_group="default")
                with Client(cluster) as client:
                    assert len(client.nthreads()) == 4, "who computes need not wait for pods"
            assert "exceeded quota: few" in capsys.readouterr().out
        finally:
            cluster.scale(2)


def _pods(release: Release) -> int:
    return len(Observer(release).pods(labels.SCHEDULER)) + len(
        Observer(release).pods(labels.WORKER)
    )


def test_a_volume_that_is_missing_is_told(installed: Release) -> None:
    set_replicas(installed, "nosecret", 1)
    try:
        with (
            handle(installed) as cluster,
            pytest.raises(WaitError, match=r'FailedMount: .*"nowhere" not found'),
        ):
            cluster.wait_ready(timeout=25, worker_group="nosecret")
    finally:
        empty(installed, "nosecret")


def test_logs_by_pod(installed: Release) -> None:
    with handle(installed) as cluster:
        logs = cluster.get_logs()
        assert isinstance(logs, Logs)
        seen = Observer(installed)
        (scheduler,) = seen.pods(labels.SCHEDULER)
        running = {
            name for pool in ("default", "double") for name in seen.pods(labels.WORKER, pool)
        }
        assert set(logs) == {"Cluster", scheduler} | running
        assert isinstance(logs[scheduler], Log)
        assert "Scheduler at:" in logs[scheduler]
        assert all("Registered to:" in logs[name] for name in running)

        some = cluster.get_logs(cluster=False, scheduler=False, worker_group="double", tail_lines=1)
        assert set(some) == set(seen.pods(labels.WORKER, "double"))
        assert len(next(iter(some.values())).splitlines()) == 1
        one = next(iter(seen.pods(labels.WORKER, "default")))
        assert set(cluster.get_logs(False, False, [one])) == {one}
        recent = cluster.get_logs(workers=False, since_seconds=1)[scheduler]
        assert "Scheduler at:" not in recent
        with pytest.raises(UnknownPoolError):
            cluster.get_logs(worker_group="nix")


def talk() -> Any:
    def function() -> None:
        import time

        for index in range(300):
            print(f"hello {index}", flush=True)
            time.sleep(0.1)

    return function


@pytest.mark.parametrize("wrong", [{"since_seconds": "soon"}, {"tail_lines": -1}], ids=str)
def test_logs_of_no_time_or_number(installed: Release, wrong: dict[str, Any]) -> None:
    with handle(installed) as cluster:
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            cluster.get_logs(**wrong)
        assert any(cluster.get_logs(cluster=False, since_seconds="10m").values())


def test_logs_as_they_come(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        pods = set(Observer(installed).pods(labels.WORKER, "default"))
        talks = [client.submit(talk(), workers=[pod], pure=False) for pod in pods]
        heard: dict[str, list[str]] = {pod: [] for pod in pods}
        lines = cluster.get_logs(scheduler=False, worker_group="default", tail_lines=0, follow=True)
        for pod, line in lines:
            heard[pod].append(line)
            if all(len(each) > 20 for each in heard.values()):
                break
        lines.close()
        client.cancel(talks)
        for each in heard.values():
            numbers = [int(line.split()[1]) for line in each]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_logs_over_a_break(installed: Release, tmp_path: Path) -> None:
    pod = min(Observer(installed).pods(labels.WORKER, "default"))
    with Gate(server(installed.target)) as gate, installed.client() as client:
        file = kubeconfig(installed, tmp_path, cluster={"server": gate.address})
        with handle(installed, kubeconfig=file) as cluster:
            talking = client.submit(talk(), workers=[pod], pure=False)
            heard: list[int] = []
            lines = cluster.get_logs(scheduler=False, workers=[pod], tail_lines=0, follow=True)
            for _, line in lines:
                heard.append(int(line.split()[1]))
                if len(heard) == 20:
                    with gate.shut():
                        time.sleep(4)
                if len(heard) == 100:
                    break
            lines.close()
            client.cancel(talking)
    assert heard == list(range(heard[0], heard[0] + 100))


def test_asynchronously(installed: Release) -> None:
    async def scenario() -> None:
        async with handle(installed, asynchronous=True) as cluster:
            await cluster.wait_for_workers(4, timeout=300)
            assert (await cluster.pools)["default"].registered == 2
            logs = await cluster.get_logs(workers=False)
            assert len(logs) == 2
            async for _, line in cluster.get_logs(workers=False, follow=True):
                assert line
                break
        await asyncio.sleep(0)

    asyncio.run(scenario())
