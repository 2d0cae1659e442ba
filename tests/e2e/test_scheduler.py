"""The scheduler's pod is killed: a new one has all workers back and computes."""

import time
from collections.abc import Callable

from dask_helm import labels

from harness import observation
from harness.release import Release


def test_a_killed_scheduler_comes_back_with_its_workers(
    release: Release, record_property: Callable[[str, object], None]
) -> None:
    release.install(values={"jupyter": {"enabled": False}})
    with release.client() as client:
        observation.wait_for_workers(release, client, 3)
    (old,) = observation.pod_names(release, labels.SCHEDULER)

    started = time.monotonic()
    release.kubectl("delete", "pod", old, "--grace-period=0", "--force")
    observation.until(
        lambda: [p for p in observation.pods(release, labels.SCHEDULER) if observation.ready(p)],
        what="a new scheduler is ready",
    )
    with release.client() as client:
        client.wait_for_workers(3, timeout=300)
        names = set(observation.workers(client))
        assert observation.computes(client)
    seconds = time.monotonic() - started

    record_property("seconds until it computes again", round(seconds, 1))
    print(f"scheduler killed, computing again with all workers after {seconds:.1f} s")
    assert names == observation.pod_names(release, labels.WORKER)
    assert observation.pod_names(release, labels.SCHEDULER) != {old}
