"""What a pod's status is called."""

from typing import Any

import pytest
from dask_helm.cluster.release import pods

from tests.cluster.fakes import pod, running, waiting

UNSCHEDULABLE = {
    "phase": "Pending",
    "conditions": [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/2 nodes",
        }
    ],
}
EVICTED = {"phase": "Failed", "reason": "Evicted", "message": "disk pressure"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (running(), None),
        (running(ready=False), None),
        (waiting("ContainerCreating"), None),
        (waiting("ImagePullBackOff", "no such image"), "p: ImagePullBackOff: no such image"),
        (waiting("CrashLoopBackOff"), "p: CrashLoopBackOff"),
        (UNSCHEDULABLE, "p: Unschedulable: 0/2 nodes"),
        (EVICTED, "p: Evicted: disk pressure"),
        ({}, None),
    ],
)
def test_trouble(status: dict[str, Any], expected: str | None) -> None:
    found = pods.trouble(pod("p", status=status))
    assert (str(found) if found else None) == expected


def test_waiting_does_not_mend_a_missing_image_but_may_bring_a_node() -> None:
    image = pods.trouble(pod("p", status=waiting("ErrImagePull")))
    node = pods.trouble(pod("p", status=UNSCHEDULABLE))
    assert image
    assert image.hopeless
    assert node
    assert not node.hopeless


def test_a_container_that_ended_in_order_is_waited_for() -> None:
    status = waiting("CrashLoopBackOff")
    for code, hopeless in ((0, False), (1, True)):
        last = {"terminated": {"exitCode": code}}
        status["containerStatuses"] = [{**status["containerStatuses"][0], "lastState": last}]
        found = pods.trouble(pod("p", status=status))
        assert found
        assert found.hopeless == hopeless


def test_a_pod_that_leaves_is_neither_ready_nor_counted() -> None:
    leaving = pod("p", deletionTimestamp="2026-01-01T00:00:00Z")
    assert not pods.ready(leaving)
    assert pods.living([leaving, pod("q"), pod("r", status=EVICTED)]) == [pod("q")]


def test_ports_by_name_and_number() -> None:
    found = pod("p")
    found["spec"] = {"containers": [{"ports": [{"name": "tcp-comm", "containerPort": 8786}]}]}
    assert pods.port(found, "tcp-comm") == 8786
    assert pods.port(found, 80) == 80
    with pytest.raises(LookupError, match="Pod p has no port named nix"):
        pods.port(found, "nix")
