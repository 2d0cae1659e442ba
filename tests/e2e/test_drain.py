"""Workers that leave hand over what they hold, whoever takes them away."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dask_helm import labels
from dask_helm.cluster.observe.status import hook_faults
from distributed import Client
from distributed.client import FuturesCancelledError

from devcluster import api, metrics
from harness import observation, removals
from harness.handles import handle
from harness.load import Load, work
from harness.release import CommandError, Release
from harness.target import Target
from harness.work import busy
from tests.e2e import local
from tests.e2e.conftest import NewRelease, new_namespace

HOSTS = "kubernetes.io/hostname"
SPREAD = [{"maxSkew": 1, "topologyKey": HOSTS, "whenUnsatisfiable": "ScheduleAnyway"}]
VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    # Whatever ends much sooner has not waited for them.
    "drain": {"timeout": 600, "replacementTimeout": 300},
    # Fails soon when the scheduler is busy.
    "scheduler": {
        "readinessProbe": {"periodSeconds": 1, "timeoutSeconds": 1, "failureThreshold": 2}
    },
    "workerDefaults": {"threads": 1, "memoryLimit": "1Gi", "topologySpreadConstraints": SPREAD},
    "workers": {
        "default": {"replicas": 3},
        # What a pool says itself: little time, and no waiting for others.
        "brief": {
            "replicas": 0,
            "processes": 2,
            "daskResources": {"BRIEF": 1},
            "drain": {"timeout": 8, "replacementTimeout": 0},
        },
        "plain": {"replicas": 0, "extraArgs": ["--no-nanny"]},
        # An image whose entry point activates an environment: hooks do not run through it.
        "activated": {
            "replicas": 0,
            "daskResources": {"ACTIVATED": 1},
            "env": [{"name": "PATH", "value": "/usr/bin:/bin"}],
            "command": ["/bin/sh", "-c", 'PATH=/opt/dask/bin:$PATH exec "$@"', "activate"],
        },
        # The same, and a place for the nanny's notes that it cannot write to.
        "broken": {
            "replicas": 0,
            "env": [
                {"name": "PATH", "value": "/usr/bin:/bin"},
                {"name": "DRAIN_FOLDER", "value": "/proc/nothing"},
            ],
            "command": ["/bin/sh", "-c", 'PATH=/opt/dask/bin:$PATH exec "$@"', "activate"],
        },
    },
}
BRIEF = "deployment/demo-dask-worker-brief"


@pytest.fixture(scope="module")
def release(cluster: Target) -> Iterator[Release]:
    """Yield a release of three workers that all tests share."""
    with new_namespace(cluster) as namespace:
        installed = Release(cluster, "demo", namespace)
        installed.install(values=VALUES)
        yield installed


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[Client]:
    with release.client() as found:
        yield found


@pytest.fixture
def load(release: Release, client: Client) -> Load:
    """Return a load on three workers; the long tasks have begun."""
    removals.scale(release, 3)
    observation.wait_for_workers(release, client, 3)
    started = Load(client)
    time.sleep(1)
    return started


@pytest.fixture
def resource_metrics(release: Release) -> Iterator[None]:
    """Have the cluster tell how busy pods are."""
    with served_metrics(release):
        observation.until(lambda: metrics_are_there(release))
        yield


def served_metrics(release: Release) -> AbstractContextManager[None]:
    if metrics_are_there(release):
        return nullcontext()
    if release.target.kubeconfig != api.KUBECONFIG:
        pytest.skip("SKIPPED: needs metrics-server; `kubectl top pods` must work")
    return metrics.running(local.control_plane(), local.process)


def metrics_are_there(release: Release) -> bool:
    """Whether each worker's load is known."""
    selector = labels.selector(release.name, labels.WORKER)
    try:
        told = release.kubectl("top", "pods", "--no-headers", "--selector", selector)
    except CommandError:
        return False
    return len(told.splitlines()) == len(observation.pods(release, labels.WORKER))


def node_without_scheduler(release: Release) -> str:
    """Return a node that workers run on, and the scheduler does not."""
    (scheduler,) = observation.pods(release, labels.SCHEDULER)
    nodes = set(removals.present(release).values()) - {scheduler["spec"]["nodeName"]}
    return nodes.pop()


def follow(release: Release, pod: str, file: Path) -> "subprocess.Popen[bytes]":
    """Write what a pod logs to a file until the pod is gone."""
    command = release.target.kubectl("--namespace", release.namespace, "logs", "-f", pod)
    with file.open("w") as log:
        return subprocess.Popen(command, stdout=log)


def test_kubectl_scale_takes_as_long_as_the_longest_task(release: Release, load: Load) -> None:
    before = set(removals.present(release))
    removals.scale(release, 1)
    end = removals.gone(release, 1)
    ends = load.check()
    left = before - set(removals.present(release))
    longest = max(ends[pod] for pod in left)
    print(f"3 to 1 workers: the last pod was gone {end - longest:.1f} s after its last task")
    assert end - longest < 120, "benchmarks/cluster/leaving.py says how long exactly"


def test_a_horizontal_pod_autoscaler(release: Release, client: Client, load: Load) -> None:
    """It decides by its maximum."""
    load.check()
    scaler = removals.autoscaled(release, 1)
    leave_one(release, client, scaler, 20, "Current number of replicas above Spec.MaxReplicas")


@pytest.mark.alone  # while metrics-server comes and goes, kubectl cannot list all resources
@pytest.mark.timeout(1800)  # metrics-server may have to be built first
def test_an_autoscaler_that_decides_by_load(
    release: Release, client: Client, load: Load, resource_metrics: None
) -> None:
    """It takes all that use little for idle, also those with tasks that wait for something."""
    load.check()
    scaler = removals.autoscaled(release, 3, busy="1")
    leave_one(release, client, scaler, 45, "All metrics below target")


def leave_one(
    release: Release,
    client: Client,
    scaler: AbstractContextManager[None],
    seconds: float,
    reason: str,
) -> None:
    """Let an autoscaler leave one worker for this reason, while tasks take so long."""
    longer = Load(client, seconds=seconds)
    with scaler:
        removals.gone(release, 1, seconds=seconds + 300)
        events = release.kubectl("get", "events", "--field-selector=reason=SuccessfulRescale")
    assert f"New size: 1; reason: {reason}" in events
    ends = longer.check()
    assert len(ends) == 3, "each worker had a task that ran on while it left"


def test_kubectl_drain_of_a_node(release: Release, load: Load) -> None:
    node = node_without_scheduler(release)
    with removals.cordoned(release, node):
        removals.drain(release, node)
        assert node not in removals.present(release).values()
    load.check()


def test_kubectl_delete_pod(release: Release, load: Load) -> None:
    pod = min(removals.present(release))
    removals.delete(release, pod)
    observation.until(lambda: pod not in removals.present(release))
    load.check()


def test_what_is_said_about_it(release: Release, load: Load, tmp_path: Path) -> None:
    pod = min(removals.present(release))
    assert len(sockets(release, pod)) == 1, "a nanny takes orders"
    with follow(release, pod, tmp_path / "log"):
        removals.delete(release, pod)
        observation.until(lambda: pod not in removals.present(release))
    said = (tmp_path / "log").read_text()
    assert said.count(f"drain - {pod} leaves: ") == 1
    assert said.count("drain - all results are handed over after ") == 1
    load.check()


def test_a_worker_without_a_nanny(release: Release, client: Client, load: Load) -> None:
    plain = "deployment/demo-dask-worker-plain"
    removals.scale(release, 1, plain)
    client.wait_for_workers(4, timeout=300)
    (pod,) = removals.present(release, "plain")
    assert not sockets(release, pod), "the hook hands over"
    own = Load(client, on=[pod])
    removals.scale(release, 0, plain)
    removals.gone(release, 0, "plain")
    own.check()
    load.check()


@pytest.mark.parametrize(("times", "seconds"), [(10, 2), (1, 20)], ids=["pieces", "block"])
def test_a_scheduler_that_is_too_busy_for_its_probe(
    release: Release, client: Client, load: Load, times: int, seconds: int
) -> None:
    before = set(removals.present(release))
    client.run_on_scheduler(busy(), times, seconds, wait=False)
    observation.until(lambda: not any(map(observation.ready, schedulers(release))))
    removals.scale(release, 1)
    removals.gone(release, 1)
    load.check()
    assert len(before & set(removals.present(release))) == 1


def schedulers(release: Release) -> list[observation.Object]:
    return observation.pods(release, labels.SCHEDULER)


def test_an_environment_that_only_the_entry_point_activates(
    release: Release, client: Client, load: Load
) -> None:
    activated = "deployment/demo-dask-worker-activated"
    removals.scale(release, 1, activated)
    client.wait_for_workers(4, timeout=300)
    (pod,) = removals.present(release, "activated")
    with pytest.raises(CommandError):
        release.kubectl("exec", pod, "--", "python", "--version")
    own = Load(client, on=[pod])
    removals.scale(release, 0, activated)
    removals.gone(release, 0, "activated")
    own.check()
    load.check()


def test_a_hook_that_cannot_work_is_reported(release: Release) -> None:
    broken = "deployment/demo-dask-worker-broken"
    removals.scale(release, 1, broken)
    observation.until(lambda: "ERROR: the preStop hook cannot work" in logs(release, broken))
    with handle(release) as cluster:
        view = cluster.sync(cluster._look)
        (said,) = cluster.sync(hook_faults, cluster.scheduler_comm, view)
    (pod,) = removals.present(release, "broken")
    assert said.startswith(f"{pod}: the preStop hook cannot work")
    removals.scale(release, 0, broken)
    removals.gone(release, 0, "broken")


def logs(release: Release, what: str) -> str:
    try:
        return release.kubectl("logs", what)
    except CommandError:  # the container has not started yet
        return ""


def sockets(release: Release, pod: str) -> list[str]:
    """Return those of a pod's sockets that the hand-over has made."""
    known = release.kubectl("exec", pod, "--", "cat", "/proc/net/unix")
    return [line for line in known.splitlines() if f"@dask-helm-{pod}" in line]


def test_rollout_restart(release: Release, load: Load) -> None:
    before = set(removals.present(release))
    removals.restart(release)
    observation.until(lambda: not before & set(removals.present(release)))
    load.check()


def test_helm_upgrade_with_fewer_replicas(release: Release, load: Load) -> None:
    removals.upgrade(release, VALUES, 2)
    removals.gone(release, 2)
    load.check()


def test_several_at_the_same_time(release: Release, load: Load) -> None:
    node = node_without_scheduler(release)
    pod = min(removals.present(release))
    with removals.cordoned(release, node), ThreadPoolExecutor() as pool:
        done = [
            pool.submit(removals.drain, release, node),
            pool.submit(removals.delete, release, pod),
            pool.submit(removals.scale, release, 2),
        ]
        for future in done:
            future.result()
        observation.until(lambda: node not in removals.present(release).values())
    load.check()


def test_pods_that_are_removed_while_they_start(release: Release, client: Client) -> None:
    """A worker that joins on its pod's way out would take tasks, and be stopped at them."""
    removals.scale(release, 3)
    observation.wait_for_workers(release, client, 3)
    load = Load(client, queued=300)
    before = set(removals.present(release))
    for seconds in (0, 0.5, 1, 1.5, 2, 3):
        removals.scale(release, 4)
        observation.until(partial(is_running, release, before))
        time.sleep(seconds)
        removals.scale(release, 3)
        removals.gone(release, 3)
        before = set(removals.present(release))
    load.check()


def is_running(release: Release, others: set[str]) -> bool:
    """Whether the container of a pod runs that is none of the others."""
    pods = release.objects("pod", labels.WORKER, "default")
    return any(
        "running" in status["state"]
        for pod in pods
        if pod["metadata"]["name"] not in others
        for status in pod["status"].get("containerStatuses", ())
    )


def test_all_workers_leave_at_once_and_wait_for_their_replacements(
    release: Release, load: Load
) -> None:
    before = set(removals.present(release))
    removals.delete_all(release)
    observation.until(lambda: not before & set(removals.present(release)))
    load.check()


def test_a_task_that_never_ends_holds_a_worker_until_the_deadline(
    release: Release, client: Client, load: Load
) -> None:
    removals.scale(release, 1, BRIEF)
    client.wait_for_workers(5, timeout=300)
    (pod,) = removals.present(release, "brief")
    assert len(sockets(release, pod)) == 1, "one nanny takes orders for both"
    own = Load(client, on=[f"{pod}-0", f"{pod}-1"])
    task = client.submit(work(), 1000, resources={"BRIEF": 1}, key="endless")
    observation.until(lambda: "endless" in [key for _, (key, _) in client.get_events("begun")])
    begin = time.time()
    removals.scale(release, 0, BRIEF)
    seconds = removals.gone(release, 0, "brief") - begin
    print(f"a worker with a task that never ends left after {seconds:.1f} s of 8 s")
    assert seconds >= 8
    assert task.status == "pending", "it waits for another worker of the kind"
    task.cancel()
    own.check()
    load.check()


def test_the_last_worker_gives_up_at_once_when_told_so(
    release: Release, client: Client, tmp_path: Path
) -> None:
    removals.scale(release, 1, BRIEF)
    observation.until(lambda: len(observation.pods(release, labels.WORKER, "brief")) == 1)
    client.wait_for_workers(2, timeout=300)
    removals.scale(release, 0)
    removals.gone(release, 0)
    piece = client.scatter(1, hash=False)
    (pod,) = removals.present(release, "brief")
    observation.until(lambda: len(client.has_what()) == 2)
    with follow(release, pod, tmp_path / "log"):
        begin = time.time()
        removals.scale(release, 0, BRIEF)
        seconds = removals.gone(release, 0, "brief") - begin
    print(f"the last worker was gone after {seconds:.1f} s")
    assert seconds < 150, "other pools wait 300 s for a replacement"
    assert "no other worker can take the 1 results: given up" in (tmp_path / "log").read_text()
    assert piece.status != "finished"


@pytest.mark.usefixtures("load")
def test_without_a_scheduler_pods_end_soon(release: Release) -> None:
    removals.scale(release, 1)
    time.sleep(2)
    begin = time.time()
    removals.scale(release, 0, "deployment/demo-dask-scheduler")
    # The worker that stays is started again meanwhile.
    observation.until(lambda: len(release.objects("pod", labels.WORKER, "default")) == 1)
    print(f"workers on their way out were gone {time.time() - begin:.1f} s after the scheduler")
    assert time.time() - begin < 150
    begin = time.time()
    release.helm("uninstall", release.name)
    observation.until(lambda: not release.objects("pod"))
    print(f"helm uninstall without a scheduler took {time.time() - begin:.1f} s")
    assert time.time() - begin < 150


def test_helm_uninstall_waits_for_nobody(new_release: NewRelease) -> None:
    release = new_release()
    release.install(values=VALUES)
    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
        Load(client)
        begin = time.time()
        release.helm("uninstall", release.name)
        removals.gone(release, 0)
    print(f"helm uninstall of a release that works took {time.time() - begin:.1f} s")
    assert time.time() - begin < 150


def test_without_the_hook_results_are_lost(new_release: NewRelease) -> None:
    release = new_release()
    release.install(values={**VALUES, "drain": {"enabled": False}})
    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
        load = Load(client)
        removals.scale(release, 1)
        removals.gone(release, 1)
        with pytest.raises(FuturesCancelledError, match="lost dependencies"):
            load.digests()
