"""The scheduler is killed or replaced: a new one has all workers back and computes."""

import time
from collections.abc import Callable

from dask_helm import labels

from harness import observation, removals
from harness.release import Release


def test_a_killed_scheduler_comes_back_with_its_workers(
    release: Release, record_property: Callable[[str, object], None]
) -> None:
    release.install(values={"jupyter": {"enabled": False}})
    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
    (old,) = observation.pod_names(release, labels.SCHEDULER)

    started = time.monotonic()
    removals.replace_scheduler(release, "--grace-period=0", "--force")
    with release.client() as client:
        client.wait_for_workers(3, timeout=300)
        names = set(observation.workers(client))
        assert observation.computes(client)
    seconds = time.monotonic() - started

    record_property("seconds until it computes again", round(seconds, 1))
    print(f"scheduler killed, computing again with all workers after {seconds:.1f} s")
    assert names == observation.pod_names(release, labels.WORKER)
    assert observation.pod_names(release, labels.SCHEDULER) != {old}


def test_workers_outlive_schedulers_that_are_replaced_again_and_again(
    release: Release, record_property: Callable[[str, object], None]
) -> None:
    """The kubelet would let their containers wait longer each time: 10 s, 20 s, 40 s."""
    release.install(values={"jupyter": {"enabled": False}})
    workers = observation.pod_names(release, labels.WORKER)
    took = []
    for end in (["--wait"], ["--grace-period=0", "--force"], ["--wait"], ["--wait"]):
        started = time.monotonic()
        removals.replace_scheduler(release, *end)
        with release.client() as client:
            client.wait_for_workers(3, timeout=300)
            assert set(observation.workers(client)) == workers
            assert observation.computes(client)
        took.append(round(time.monotonic() - started, 1))
    record_property("seconds until it computes again", took)
    print(f"scheduler replaced, computing again with all workers after {took} s")
    assert restarts(release) == [0, 0, 0]


def restarts(release: Release) -> list[int]:
    """How often the kubelet has started the workers' containers again."""
    pods = observation.pods(release, labels.WORKER)
    return [pod["status"]["containerStatuses"][0]["restartCount"] for pod in pods]
