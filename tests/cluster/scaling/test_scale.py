"""The order in which a pool is scaled, and what happens when a step fails."""

import asyncio
from typing import Any

import cloudpickle
import pytest
from dask_helm.cluster import arguments
from dask_helm.cluster.api.objects import Target
from dask_helm.cluster.release import pools
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import View
from dask_helm.cluster.release.schemes import OURS
from dask_helm.cluster.scaling import drain, scale
from dask_helm.cluster.scaling.scale import COST, Outcome, Scaling
from dask_helm.errors import (
    ArgumentError,
    DeviationError,
    ForbiddenError,
    LossError,
    LostError,
    RolloutError,
    ScaleError,
    WaitError,
)

from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod, running
from tests.cluster.release.test_pools import worker

POOL, OTHER = ours("r", "worker", "default"), ours("r", "worker", "other")
RELEASE = Release("r", "here", OURS, "r-dask")


class Cluster(FakeKubernetes):
    """A release with pools of pods, with a scheduler that knows a worker in each."""

    def __init__(self, **sizes: int) -> None:
        super().__init__()
        self.done: list[str] = []
        self.said: list[str] = []
        self.tasks: dict[str, int] = {}  # how often a worker is still found busy
        self.held: dict[str, list[str]] = {}
        self.status: dict[str, str] = {}
        self.leases: list[tuple[Any, ...]] = []
        self.stuck: set[str] = set()
        self.lonely = False
        self.failing: dict[str, Exception] = {}
        self.parts: list[str] = []  # the subresources by which pods were changed
        self.forbidden_parts: dict[str, Exception] = {}
        self.scheduler, self.dying = "one", ""  # at which step another scheduler comes
        for pool, size in sizes.items():
            self._add(pool, size)

    def _add(self, pool: str, size: int) -> None:
        own = deployment(f"w-{pool}", ours("r", "worker", pool))
        own["spec"]["replicas"] = size
        self.objects.append(own)
        for index in range(size):
            name = f"{pool}{index}"
            self.objects.append(pod(name, ours("r", "worker", pool), creationTimestamp=f"{index}"))
            self.status[name] = "running"

    @property
    def pods(self) -> list[str]:
        return [one["metadata"]["name"] for one in self.objects if one["kind"] == "pods"]

    def deployment(self, pool: str = "default") -> Object:
        return next(one for one in self.objects if one["metadata"]["name"] == f"w-{pool}")

    def _note(self, what: str) -> None:
        self.done.append(what)
        if what in self.failing:
            raise self.failing[what]
        if what == self.dying:
            self.scheduler = "another"

    # Kubernetes

    async def patch(self, target: Target, body: Object, dry_run: bool = False) -> Object:
        if target.kind == "pods":
            self.parts.append(target.part)
            if error := self.forbidden_parts.get(target.part):
                raise error
            cost = body["metadata"]["annotations"][COST]
            self._note(f"{'may ' * dry_run}{'mark' if cost else 'unmark'} {target.name}")
            if not dry_run:
                found = await self.get("pods", "here", target.name)
                found["metadata"]["annotations"] = {COST: cost}
        else:
            number = body["spec"]["replicas"]
            self._note(f"{'may ' * dry_run}set {number}")
            if not dry_run:
                self._resize(target.name, number)
        return {}

    def _resize(self, name: str, number: int) -> None:
        pool = name.removeprefix("w-")
        own = self.deployment(pool)
        own["spec"]["replicas"] = number
        found = [one for one in self.objects if one["kind"] == "pods" and pool in str(one)]
        doomed = sorted(found, key=self._cost)[: max(0, len(found) - number)]
        self.objects = [one for one in self.objects if one not in doomed]

    @staticmethod
    def _cost(one: Object) -> tuple[bool, int]:
        ready = one["status"]["conditions"][0]["status"] == "True"
        return ready, int((one["metadata"].get("annotations") or {}).get(COST) or 0)

    # the scheduler

    async def identity(self) -> Object:
        known = {
            f"tcp://{name}": worker(name, status=status) for name, status in self.status.items()
        }
        return {"id": self.scheduler, "workers": known}

    async def ncores(self) -> dict[str, int]:
        return {f"tcp://{name}": 1 for name in self.status}

    async def processing(self, workers: list[str]) -> Object:
        return {one: ["t"] * (self.tasks.get(one[6:], 0) > 0) for one in workers}

    async def has_what(self, workers: list[str]) -> Object:
        return {one: self.held.get(one[6:], []) for one in workers}

    async def who_has(self, keys: list[str]) -> Object:
        """What was copied is at the first worker that still runs."""
        running = [name for name, status in self.status.items() if status == "running"]
        copies = [] if self.lonely else running[:1]
        return {key: [f"tcp://{name}" for name in copies] for key in keys}

    async def nbytes(self, keys: list[str], summary: bool) -> dict[str, int]:
        return dict.fromkeys(keys, 1_000_000)

    async def retire_workers(self, workers: list[str], remove: bool, close_workers: bool) -> Object:
        assert not close_workers
        names = [one[6:] for one in workers]
        self._note(f"{'remove' if remove else 'retire'} {' '.join(sorted(names))}")
        moved = [name for name in names if name not in self.stuck]
        for name in moved:
            self.status[name] = "closing_gracefully"
            if remove:
                del self.status[name]
        return {f"tcp://{name}": {} for name in moved}

    async def broadcast(self, msg: Object, workers: list[str], on_error: str) -> Object:
        if msg["op"] in ("dump_state", "run"):
            return {}
        stacks = {one: ["t"] for one in workers if self.tasks[one[6:]] > 0}
        for one in stacks:
            self.tasks[one[6:]] -= 1
        return stacks

    async def run_function(self, function: bytes, args: bytes, kwargs: bytes) -> Object:
        assert cloudpickle.loads(args) == ()
        name, given = cloudpickle.loads(function).__name__, cloudpickle.loads(kwargs)
        if name == "survey":
            return {"result": {f"tcp://{worker}": self._survey(worker) for worker in self.status}}
        names = [address[6:] for address in given["addresses"]]
        if name == "resume":
            self.status |= dict.fromkeys(names, "running")
            self._note(name)
        else:
            self.leases.append((given["seconds"], *sorted(names)))
        return {"result": True}

    def _survey(self, worker: str) -> tuple[bool, list[str], bool, int]:
        return False, [], self.tasks.get(worker, 0) > 0, list(self.status).index(worker)

    async def look(self) -> View:
        workers = (await self.identity())["workers"]
        return await pools.view(self, RELEASE, workers)  # type: ignore[arg-type]

    def scale(self, number: int, group: str | None = "default", **more: Any) -> Outcome:
        tell = self.said.append
        change = Scaling(self, self, self.look, tell, group, **more)  # type: ignore[arg-type]
        return asyncio.run(asyncio.wait_for(change.to(number), 300))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(scale, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(drain, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(drain, "_LEAVE_ATTEMPTS", 3)


def test_down_step_by_step() -> None:
    cluster = Cluster(default=3, other=2)
    cluster.tasks = {"default1": 1}
    assert cluster.scale(1) == ("default", False)
    assert cluster.done == [
        "may set 1",
        "may mark default0",
        "retire default0 default2",
        "retire default0 default2",
        "mark default0",
        "mark default2",
        "retire default0 default2",
        "remove default0 default2",
        "set 1",
    ]
    assert cluster.pods == ["default1", "other0", "other1"]
    assert cluster.leases == [(30, "default0", "default2"), (0, "default0", "default2")]


def test_what_a_killed_handle_has_marked_is_not_marked_any_more() -> None:
    cluster = Cluster(default=3)
    cluster.tasks = {"default2": 1}
    body = {"metadata": {"annotations": {COST: "-2147483647"}}}
    asyncio.run(cluster.patch(Target("pods", "here", "default2"), body))
    cluster.scale(2)
    assert cluster.pods == ["default1", "default2"]
    assert "unmark default2" in cluster.done


def test_running_tasks_are_waited_for() -> None:
    cluster = Cluster(default=2)
    cluster.tasks = {"default0": 5, "default1": 3}
    cluster.scale(1)
    assert cluster.tasks["default0"] == 0
    assert any("Waiting for 1 running task (t)" in line for line in cluster.said)
    assert cluster.pods == ["default1"]


def test_a_task_that_never_ends_is_left_at_the_deadline() -> None:
    cluster = Cluster(default=2)
    cluster.tasks = {"default0": 10**9, "default1": 10**9}
    cluster.scale(1, timeout=0.05)
    assert cluster.pods == ["default1"]
    assert any("start again on other workers" in line for line in cluster.said)


def test_another_scheduler_knows_nothing_of_what_was_drained() -> None:
    cluster = Cluster(default=2)
    cluster.dying = "retire default0"
    with pytest.raises(
        LostError, match=r"scheduler was replaced in the meantime\. Nothing was changed"
    ):
        cluster.scale(1)
    assert len(cluster.pods) == 2
    assert set(cluster.status.values()) == {"running"}
    assert "unmark default0" in cluster.done


def test_up_and_equal_touch_nothing_else() -> None:
    cluster = Cluster(default=2)
    assert cluster.scale(4, None) == ("default", True)
    assert cluster.done == ["set 4"]
    cluster = Cluster(default=2)
    assert cluster.scale(2) == ("default", False)
    assert cluster.done == []


def test_the_last_workers_are_kept_while_they_hold_results() -> None:
    cluster = Cluster(default=2)
    cluster.held = {"default0": ["a", "b"], "default1": ["b"]}
    with pytest.raises(LossError, match=r"2 results of 2\.0 MB would be lost.*: a, b\.") as caught:
        cluster.scale(0)
    assert caught.value.keys == ["a", "b"]
    assert cluster.done == ["may set 0", "may mark default0"]
    cluster.scale(0, force=True)
    assert cluster.pods == []


def test_the_last_workers_may_go_when_they_hold_nothing_or_others_are_there() -> None:
    empty = Cluster(default=2)
    empty.scale(0)
    others = Cluster(default=2, other=1)
    others.held = {"default0": ["a"]}
    others.scale(0)
    assert (empty.pods, others.pods) == ([], ["other0"])


def test_what_cannot_be_copied_stays_and_works_on() -> None:
    cluster = Cluster(default=3)
    cluster.held, cluster.stuck = {"default0": ["a"]}, {"default0"}
    with pytest.raises(LossError, match="1 result cannot be copied from tcp://default0"):
        cluster.scale(1)
    assert set(cluster.status.values()) == {"running"}
    assert "set 1" not in cluster.done
    assert len(cluster.pods) == 3


def test_copies_on_workers_that_leave_as_well_do_not_count() -> None:
    cluster = Cluster(default=3)
    cluster.held, cluster.lonely = {"default0": ["a"]}, True
    with pytest.raises(
        LossError, match="Only workers that leave, these or others, hold 1 result: a"
    ):
        cluster.scale(2)
    assert len(cluster.pods) == 3


FORBIDDEN = ForbiddenError("patch", "deployments/scale", "here", "no")


@pytest.mark.parametrize(
    ("step", "error", "raised"),
    [
        ("mark default0", ForbiddenError("patch", "pods/status", "here", "no"), ForbiddenError),
        ("remove default0", OSError("gone"), LostError),
        ("set 1", FORBIDDEN, ForbiddenError),
    ],
)
def test_a_step_that_fails_is_undone(step: str, error: Exception, raised: type[Exception]) -> None:
    cluster = Cluster(default=2)
    cluster.failing = {step: error}
    with pytest.raises(raised):
        cluster.scale(1)
    assert cluster.done[-2:] == ["unmark default0", "resume"]
    assert len(cluster.pods) == 2


def test_what_cannot_be_undone_is_told() -> None:
    cluster = Cluster(default=2)
    cluster.failing = {"remove default0": OSError("gone"), "unmark default0": OSError("gone, too")}
    with pytest.raises(LostError, match="gone"):
        cluster.scale(1)
    assert "Cannot undo the incomplete change: gone, too" in cluster.said


def test_without_a_scheduler_only_pods_without_workers_go() -> None:
    cluster = Cluster(default=2)
    cluster.status = {}
    cluster.scale(0)
    assert cluster.done[2:] == ["mark default1", "mark default0", "set 0"]


UNMARKABLE = ForbiddenError("patch", "pods/status", "here", "no")


def test_pods_are_marked_by_their_status_or_else_by_themselves() -> None:
    cluster = Cluster(default=2)
    cluster.forbidden_parts = {"status": UNMARKABLE}
    cluster.scale(1)
    assert cluster.parts == ["status", "", ""]
    cluster = Cluster(default=2)
    cluster.scale(1)
    assert set(cluster.parts) == {"status"}


def test_without_marks_kubernetes_chooses_and_the_hooks_hand_over() -> None:
    cluster = Cluster(default=3)
    cluster.forbidden_parts = dict.fromkeys(("status", ""), UNMARKABLE)
    with pytest.raises(ForbiddenError, match="patch pods/status"):
        cluster.scale(1)
    assert len(cluster.pods) == 3, "pods without a hook would lose their results"
    (container,) = cluster.deployment()["spec"]["template"]["spec"]["containers"]
    container["lifecycle"] = {"preStop": {"exec": {"command": ["sh", "drain.sh"]}}}
    cluster.held = {"default0": ["a"]}
    with pytest.raises(LossError, match="no worker would be left"):
        cluster.scale(0)
    cluster.done.clear()
    cluster.scale(1)
    assert cluster.done == ["may set 1", "set 1"]
    assert len(cluster.pods) == 1
    assert "not allowed to patch pods/status" in cluster.said[-1]


def test_missing_rights_are_known_before_anything_is_done() -> None:
    cluster = Cluster(default=2)
    cluster.failing = {"may set 1": FORBIDDEN}
    with pytest.raises(ForbiddenError, match="patch deployments/scale"):
        cluster.scale(1)
    assert {step.split()[0] for step in cluster.done} == {"may"}


def test_an_interruption_leaves_everything_as_it_was() -> None:
    cluster = Cluster(default=2)
    cluster.tasks = {"default0": 10**9, "default1": 10**9}
    change = Scaling(cluster, cluster, cluster.look, cluster.said.append, None)  # type: ignore[arg-type]

    async def scenario() -> None:
        task = asyncio.ensure_future(change.to(1))
        while not any("Waiting" in line for line in cluster.said):
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(scenario())
    assert cluster.status == {"default0": "running", "default1": "running"}
    assert cluster.deployment()["spec"]["replicas"] == 2


def test_somebody_else_scales_meanwhile() -> None:
    cluster = Cluster(default=3)
    cluster.tasks = dict.fromkeys(cluster.pods, 3)

    def tell(line: str) -> None:
        if "Waiting" in line:
            cluster.deployment()["spec"]["replicas"] = 5

    change = Scaling(cluster, cluster, cluster.look, tell, None)  # type: ignore[arg-type]
    with pytest.raises(ScaleError, match="Somebody else scaled default from 3 to 5"):
        asyncio.run(change.to(1))
    assert set(cluster.status.values()) == {"running"}


def test_a_pod_that_others_delete_meanwhile_takes_no_tasks_again() -> None:
    cluster = Cluster(default=4)
    cluster.tasks = dict.fromkeys(cluster.pods, 3)

    def tell(line: str) -> None:
        if "Waiting" in line:
            leaving = next(one for one in cluster.objects if one["metadata"]["name"] == "default0")
            leaving["metadata"]["deletionTimestamp"] = "now"
            cluster.deployment()["spec"]["replicas"] = 5

    change = Scaling(cluster, cluster, cluster.look, tell, None)  # type: ignore[arg-type]
    with pytest.raises(ScaleError, match="Somebody else scaled default from 4 to 5"):
        asyncio.run(change.to(1))
    working = {"default1": "running", "default2": "running", "default3": "running"}
    assert cluster.status == {**working, "default0": "closing_gracefully"}


def test_kubernetes_prefers_pods_that_are_not_ready() -> None:
    cluster = Cluster(default=3)
    cluster.tasks = {"default0": 1, "default1": 1, "default2": 1}

    def tell(line: str) -> None:
        if "Waiting" in line:
            cluster.objects[3]["status"] = running(ready=False)

    change = Scaling(cluster, cluster, cluster.look, tell, None)  # type: ignore[arg-type]
    with pytest.raises(DeviationError, match="removed default2 instead of default0"):
        asyncio.run(change.to(2))


def test_pods_that_do_not_go_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(default=2)
    cluster.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    monkeypatch.setattr(cluster, "_resize", lambda *_: None)
    states: list[Object] = [
        {"name": name, "state": {"running": {}}} for name in ("agent", "worker")
    ]
    for one in cluster.objects:
        if one["kind"] == "pods":
            one["status"] = {**one["status"], "containerStatuses": states}
    with pytest.raises(WaitError, match=r"pods are not removed: default0 \(agent, worker\)"):
        cluster.scale(1)
    cluster.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 1
    with pytest.raises(WaitError):
        cluster.scale(0)
    assert (
        "Still waiting for containers that do not stop: default0 (agent, worker), default1 ("
        in str(cluster.said)
    )


ROLLING = {"replicas": 2, "updatedReplicas": 1}


def test_a_rollout_is_waited_for() -> None:
    cluster = Cluster(default=2)
    cluster.deployment()["status"] = dict(ROLLING)
    cluster.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    with pytest.raises(RolloutError, match="kubectl rollout status deployment/w-default"):
        cluster.scale(1)
    assert cluster.done == []
    cluster.scale(1, force=True)
    assert cluster.pods == ["default1"]


def test_a_rollout_is_told_where_it_need_not_be_waited_for() -> None:
    cluster = Cluster(default=2)
    cluster.deployment()["status"] = dict(ROLLING)
    cluster.scale(3)
    assert cluster.said == ["Scaling default from 2 to 3 pods while a rollout replaces pods"]


def test_pods_that_the_selector_does_not_find_are_not_taken_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scale, "MARGIN_SECONDS", 0.0)
    cluster = Cluster(default=2)
    cluster.deployment()["status"] = {"replicas": 2, "updatedReplicas": 2}
    cluster.deployment()["spec"]["selector"] = {"matchLabels": {"app": "another"}}
    with pytest.raises(ScaleError, match=r"has 2 pods, but the selector .* matches only 0"):
        cluster.scale(0)
    assert cluster.done == []


def test_an_owner_is_told() -> None:
    cluster = Cluster(default=1)
    fields: Object = {"f:spec": {"f:replicas": {}}}
    entry = {"manager": "kube-controller-manager", "fieldsV1": fields}
    cluster.deployment()["metadata"]["managedFields"] = [entry]
    cluster.scale(2)
    assert cluster.said[0].startswith("An autoscaler")


@pytest.mark.parametrize("number", [-1, 1.0, True, "3", 2**31, None])
def test_what_is_no_number_of_pods(number: Any) -> None:
    with pytest.raises(ArgumentError, match="must be an integer from 0 to"):
        arguments.pods(number)


def test_which_pool_is_meant() -> None:
    assert Cluster(only=1).scale(2, None)
    several = Cluster(a=1, b=1)
    with pytest.raises(ArgumentError, match="Pools: a, b"):
        several.scale(2, None)
    assert Cluster(default=1, b=1).scale(2, None)
