"""When waiting ends: with what was waited for, or with the reason why it never comes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from dask_helm.cluster import pools, waiting
from dask_helm.cluster.pools import View
from dask_helm.cluster.releases import Release
from dask_helm.cluster.schemes import OURS
from dask_helm.cluster.waiting import Waiter
from dask_helm.errors import StartError, WaitError

from tests.cluster import fakes
from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod
from tests.cluster.test_pods import UNSCHEDULABLE
from tests.cluster.test_pools import worker

POOL = ours("r", "worker", "default")
RELEASE = Release("r", "here", OURS)


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
        return f"last line of {name}"

    def register(self, name: str) -> None:
        self.workers[f"tcp://{name}"] = worker(name)

    def waiter(self, timeout: float | None = None) -> Waiter:
        return Waiter(self, "here", self.look, self.said.append, timeout)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "OFTEN", 0.01)
    monkeypatch.setattr(waiting, "_PATIENCE", 0.05)


def run(job: Coroutine[Any, Any, View]) -> View:
    return asyncio.run(asyncio.wait_for(job, 30))


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
    assert run(cluster.waiter().ready()).pools["default"].numbers.registered == 1


@pytest.mark.parametrize("status", [fakes.waiting("ErrImagePull", "no such"), UNSCHEDULABLE])
def test_pods_that_cannot_start_end_it_at_once(status: Object) -> None:
    cluster = Cluster(1, pod("a", POOL, status))
    with pytest.raises(StartError, match="0 of 1 workers run; pods do not start") as caught:
        run(cluster.waiter().workers(1, None))
    assert cluster.said == caught.value.troubles


def test_those_that_are_not_needed_do_not() -> None:
    cluster = Cluster(2, pod("a", POOL, fakes.waiting("ErrImagePull")), pod("b", POOL))
    cluster.steps = [lambda: None] * 3 + [lambda: cluster.register("b")]
    run(cluster.waiter().workers(1, None))
    assert len(cluster.said) == 1


def test_what_a_crashing_container_said_last_is_told() -> None:
    cluster = Cluster(1, pod("a", POOL, fakes.waiting("CrashLoopBackOff")))
    with pytest.raises(StartError, match="last line of a"):
        run(cluster.waiter().ready())


def test_an_autoscaler_that_makes_a_node_is_waited_for() -> None:
    cluster = Cluster(1, pod("a", POOL, UNSCHEDULABLE))
    cluster.events = [{"pod": "a", "reason": "TriggeredScaleUp", "metadata": {}}]
    with pytest.raises(WaitError, match="Unschedulable: 0/2 nodes"):
        run(cluster.waiter(0.3).workers(1, None))


def test_a_scheduler_that_does_not_start_is_a_reason_too() -> None:
    scheduler = ours("r", "scheduler")
    broken = pod("s", scheduler, fakes.waiting("InvalidImageName"))
    cluster = Cluster(1, deployment("r-dask-scheduler", scheduler), broken)
    with pytest.raises(StartError, match="s: InvalidImageName"):
        run(cluster.waiter().workers(1, None))
