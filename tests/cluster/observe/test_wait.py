"""When waiting ends: with what was waited for, or with the reason why it never comes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from dask_helm.cluster.observe import wait
from dask_helm.cluster.observe.wait import Waiter
from dask_helm.cluster.release import events, pools
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import View
from dask_helm.cluster.release.schemes import OURS
from dask_helm.errors import StartError, WaitError

from tests.cluster import fakes
from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod
from tests.cluster.release.test_pods import UNSCHEDULABLE
from tests.cluster.release.test_pools import worker

POOL = ours("r", "worker", "default")
RELEASE = Release("r", "here", OURS, "r-dask")


class Cluster(FakeKubernetes):
    """A release with one pool; `steps` are what happens each time one looks at it."""

    def __init__(self, desired: int, *found: Object) -> None:
        own = deployment("r-dask-worker", POOL)
        own["spec"]["replicas"] = desired
        super().__init__(own, *found)
        self.workers: dict[str, Object] = {}
        self.steps: list[Callable[[], None]] = []
        self.events: list[Object] = []
        self.said: list[str] = []

    async def look(self) -> View:
        if self.steps:
            self.steps.pop(0)()
        return await pools.view(self, RELEASE, self.workers)  # type: ignore[arg-type]

    async def find(self, kind: str, namespace: str, params: dict[str, str]) -> list[Object]:
        assert kind == "events"
        return [one for one in self.events if one["pod"] in params["fieldSelector"]]

    async def log(self, namespace: str, name: str, params: dict[str, str]) -> str:
        return f"last line of {name}, {params['container']}"

    def register(self, name: str) -> None:
        self.workers[f"tcp://{name}"] = worker(name)

    def waiter(self, timeout: float | None = None) -> Waiter:
        return Waiter(self, "here", self.look, self.said.append, timeout)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(wait, "TROUBLE_SECONDS", 0.05)
    monkeypatch.setattr(events, "SLOW_SECONDS", 0.05)


def run(job: Coroutine[Any, Any, View]) -> View:
    return asyncio.run(asyncio.wait_for(job, 300))


def test_until_the_workers_are_there() -> None:
    cluster = Cluster(2, pod("a", POOL), pod("b", POOL))
    cluster.steps = [lambda: None, lambda: cluster.register("a"), lambda: cluster.register("b")]
    assert len(run(cluster.waiter().workers(2, None)).pools["default"].registered) == 2


def test_workers_that_are_leaving_do_not_count() -> None:
    cluster = Cluster(1, pod("a", POOL))
    cluster.workers = {"tcp://a": worker("a", status="closing_gracefully")}
    with pytest.raises(WaitError, match=r"0 of 1 workers run after 0.1 s"):
        run(cluster.waiter(0.1).workers(1, "default"))


def test_until_all_pods_are_ready_and_registered() -> None:
    cluster = Cluster(1)
    cluster.steps = [
        lambda: None,
        lambda: cluster.objects.append(pod("a", POOL)),
        lambda: cluster.register("a"),
    ]
    assert run(cluster.waiter().ready()).pools["default"].status.registered == 1


@pytest.mark.parametrize("status", [fakes.waiting("ErrImagePull", "no such"), UNSCHEDULABLE])
def test_pods_that_cannot_start_end_it_at_once(status: Object) -> None:
    cluster = Cluster(1, pod("a", POOL, status))
    with pytest.raises(StartError, match="0 of 1 workers run; pods cannot start") as caught:
        run(cluster.waiter().workers(1, None))
    assert cluster.said == caught.value.troubles


def test_troubles_are_told_by_reason() -> None:
    found = [pod(name, POOL, fakes.waiting("ErrImagePull", f"no {name}")) for name in "abcde"]
    cluster = Cluster(5, *found)
    with pytest.raises(StartError, match="0 of 5 workers run; pods cannot start") as caught:
        run(cluster.waiter().workers(5, None))
    text = "5 pods (a, b, c and 2 more): ErrImagePull: no a"
    assert cluster.said == caught.value.troubles == [text]


def test_different_causes_of_one_reason_are_all_told() -> None:
    found = [pod(name, POOL, fakes.waiting("ErrImagePull", text)) for name, text in CAUSES]
    cluster = Cluster(3, *found)
    with pytest.raises(StartError):
        run(cluster.waiter().workers(3, None))
    assert cluster.said == ["2 pods (x1, x2): ErrImagePull: A: no", "y: ErrImagePull: B: denied"]


CAUSES = [("x1", "A: no"), ("x2", "A: no"), ("y", "B: denied")]


def test_startup_probes_that_fail_while_a_pod_starts_are_normal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster(1, pod("a", POOL, fakes.waiting("ContainerCreating")))
    text = {"message": "Startup probe failed: connection refused", "lastTimestamp": "2026"}
    probe = {"pod": "a", "type": "Warning", "reason": "Unhealthy", "metadata": {}, **text}
    cluster.events = [probe]
    with pytest.raises(WaitError):
        run(cluster.waiter(0.3).ready())
    assert cluster.said == []
    monkeypatch.setattr(events, "PROBE_SECONDS", 0.1)
    with pytest.raises(WaitError, match="Startup probe failed"):
        run(cluster.waiter(0.5).ready())


def test_those_that_are_not_needed_do_not() -> None:
    cluster = Cluster(2, pod("a", POOL, fakes.waiting("ErrImagePull")), pod("b", POOL))
    cluster.steps = [lambda: None] * 3 + [lambda: cluster.register("b")]
    run(cluster.waiter().workers(1, None))
    assert len(cluster.said) == 1


def test_what_a_crashing_container_said_last_is_told() -> None:
    cluster = Cluster(1, pod("a", POOL, fakes.waiting("CrashLoopBackOff")))
    with pytest.raises(StartError, match="last line of a, main"):
        run(cluster.waiter().ready())


def test_an_autoscaler_that_makes_a_node_is_waited_for() -> None:
    cluster = Cluster(1, pod("a", POOL, UNSCHEDULABLE))
    cluster.events = [{"pod": "a", "reason": "TriggeredScaleUp", "metadata": {}}]
    with pytest.raises(WaitError, match="Unschedulable: 0/2 nodes"):
        run(cluster.waiter(0.3).workers(1, None))


def test_an_autoscaler_that_makes_none_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "TROUBLE_SECONDS", 1000)
    cluster = Cluster(1, pod("a", POOL, UNSCHEDULABLE))
    cluster.events = [{"pod": "a", "reason": "NotTriggerScaleUp", "metadata": {}}]
    with pytest.raises(StartError, match="Unschedulable: 0/2 nodes"):
        run(cluster.waiter().ready())


def refused(message: str) -> Object:
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}
    return {"conditions": [{**condition, "message": message}]}


def test_a_quota_that_forbids_pods_ends_it_and_is_told() -> None:
    cluster = Cluster(2, pod("a", POOL))
    cluster.register("a")
    cluster.objects[0]["status"] = refused("exceeded quota")
    for job in (cluster.waiter().ready(), cluster.waiter().workers(2, None)):
        with pytest.raises(StartError, match="r-dask-worker: FailedCreate: exceeded quota"):
            run(job)
    assert set(cluster.said) == {"r-dask-worker: FailedCreate: exceeded quota"}
    run(cluster.waiter().workers(1, None))


def test_pods_that_leave_make_room_in_a_quota() -> None:
    cluster = Cluster(1, pod("old", POOL, deletionTimestamp="now"))
    cluster.objects[0]["status"] = refused("exceeded quota")
    with pytest.raises(WaitError, match=r"after 0.3 s\n.*exceeded quota"):
        run(cluster.waiter(0.3).ready())


def test_what_keeps_a_pod_that_only_starts_is_told_and_waited_for() -> None:
    cluster = Cluster(1, pod("a", POOL, fakes.waiting("ContainerCreating")))
    mount = {"pod": "a", "type": "Warning", "reason": "FailedMount", "message": "no secret x"}
    normal = {"pod": "a", "type": "Normal", "reason": "Scheduled", "message": "on n1"}
    times = {"metadata": {}, "lastTimestamp": "2026-01-02"}, {"metadata": {}, "eventTime": "2026"}
    cluster.events = [{**mount, **times[0]}, {**normal, **times[1]}]
    with pytest.raises(WaitError, match="a: FailedMount: no secret x"):
        run(cluster.waiter(0.3).ready())
    assert cluster.said == ["a: FailedMount: no secret x"]


def test_a_warning_that_is_over_is_no_reason() -> None:
    cluster = Cluster(1, pod("a", POOL, fakes.waiting("ContainerCreating")))
    early = {"pod": "a", "type": "Warning", "reason": "FailedScheduling", "metadata": {}}
    later = {"pod": "a", "type": "Normal", "reason": "Pulling", "metadata": {}}
    cluster.events = [{**later, "lastTimestamp": "2026-02"}, {**early, "lastTimestamp": "2026-01"}]
    with pytest.raises(WaitError) as caught:
        run(cluster.waiter(0.3).ready())
    assert caught.value.troubles == cluster.said == []


def test_workers_of_pods_that_leave_are_not_those_of_new_ones() -> None:
    cluster = Cluster(1, pod("new", POOL), pod("old", POOL, deletionTimestamp="now"))
    cluster.register("old")
    with pytest.raises(WaitError, match=r"default: 0 of 1 workers run after 0.1 s"):
        run(cluster.waiter(0.1).ready())


def test_all_processes_of_a_pod_are_waited_for() -> None:
    cluster = Cluster(1, pod("a", POOL))
    ports = [{"name": name} for name in ("tcp-comm", "tcp-nanny", "tcp-comm-1", "tcp-nanny-1")]
    cluster.objects[0]["spec"]["template"]["spec"]["containers"][0]["ports"] = ports
    cluster.register("a-0")
    with pytest.raises(WaitError, match=r"default: 1 of 2 workers run after 0.1 s"):
        run(cluster.waiter(0.1).ready())
    cluster.register("a-1")
    run(cluster.waiter().ready())


def test_a_look_that_takes_for_ever_does_not_take_longer_than_asked() -> None:
    cluster = Cluster(1)
    waiter = Waiter(cluster, "here", asyncio.Event().wait, cluster.said.append, 0.1)  # type: ignore[arg-type]
    with pytest.raises(WaitError, match=r"did not answer within 0.1 s"):
        run(waiter.ready())


def test_a_scheduler_that_does_not_start_is_a_reason_too() -> None:
    scheduler = ours("r", "scheduler")
    broken = pod("s", scheduler, fakes.waiting("InvalidImageName"))
    cluster = Cluster(1, deployment("r-dask-scheduler", scheduler), broken)
    with pytest.raises(StartError, match="s: InvalidImageName"):
        run(cluster.waiter().workers(1, None))
