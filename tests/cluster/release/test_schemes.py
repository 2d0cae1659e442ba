"""Two charts, two ways to label."""

from dask_helm.cluster.release.schemes import OURS, UPSTREAM, schemes

from tests.cluster.fakes import deployment, ours, pod, theirs

POD_LABELS = {"app": "dask", "release": "r", "component": "worker"}


def test_pools_of_this_chart_are_labelled() -> None:
    found = [
        deployment("r-dask-scheduler", ours("r", "scheduler")),
        deployment("r-dask-worker", ours("r", "worker", "default")),
        deployment("r-dask-worker-big", ours("r", "worker", "big")),
    ]
    assert OURS.pools(found) == {"default": found[1], "big": found[2]}


def test_workers_of_others_are_no_pool() -> None:
    foreign = deployment("a", ours("r", "worker"))
    big = deployment("r-dask-worker-big", ours("r", "worker", "big"))
    assert OURS.pools([foreign, big]) == {"big": big}
    foreign["spec"]["selector"] = {"matchExpressions": []}
    assert OURS.pods_of(foreign, [pod("b", ours("r", "worker", "big"))]) == []


def test_pools_of_the_older_chart_differ_only_by_name() -> None:
    own = theirs("r", "worker")
    found = [
        deployment("r-dask-worker-big", own),
        deployment("r-dask-worker", own),
        deployment("r-dask-scheduler", theirs("r", "scheduler")),
    ]
    assert UPSTREAM.pools(found) == {"big": found[0], "default": found[1]}
    assert UPSTREAM.pools([]) == {}


def test_pods_of_this_chart_are_labelled() -> None:
    big = deployment("r-dask-worker-big", ours("r", "worker", "big"))
    mine = pod("a", ours("r", "worker", "big") | {"pod-template-hash": "1"})
    assert OURS.pods_of(big, [mine, pod("b", ours("r", "worker", "default"))]) == [mine]


def test_pods_of_the_older_chart_belong_to_who_owns_them() -> None:
    def owned(name: str, owner: str) -> dict[str, object]:
        own = POD_LABELS | {"pod-template-hash": "abc"}
        return pod(name, own, ownerReferences=[{"kind": "ReplicaSet", "name": f"{owner}-abc"}])

    first, big = owned("a", "r-dask-worker"), owned("b", "r-dask-worker-big")
    both = [first, big, pod("c", POD_LABELS)]
    worker = deployment("r-dask-worker", theirs("r", "worker"))
    assert UPSTREAM.pods_of(worker, both) == [first]
    worker = deployment("r-dask-worker-big", theirs("r", "worker"))
    assert UPSTREAM.pods_of(worker, both) == [big]


def test_components_may_be_called_otherwise() -> None:
    named = schemes("boss", None)[0]
    assert (named.scheduler, named.worker) == ("boss", "worker")
    assert named.selector("r") == OURS.selector("r")
