"""What of a running object is compared with a rendered one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from dask_helm.cli import comparison, live

from tests.cli.program import refusal
from tests.cluster.api.servers import kubeconfig

Object = dict[str, Any]


def deployment(**spec: Any) -> Object:
    metadata = {"name": "x", "namespace": "team", "labels": {"own": "1"}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


RUNNING = deployment(replicas=5, template={"metadata": {"annotations": {"restartedAt": "now"}}})
RUNNING["metadata"] |= {
    "uid": "1",
    "resourceVersion": "2",
    "labels": {"own": "old", "argocd": "app"},
    "annotations": {
        "meta.helm.sh/release-name": "my",
        "deployment.kubernetes.io/revision": "3",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
    },
}
RUNNING["status"] = {"replicas": 5}


class Server:
    """An API server that fills one default in, and may refuse everything."""

    namespace = "team"

    def __init__(self, *running: Object, refused: str = "") -> None:
        self.running, self.refused = list(running), refused

    async def existing(self, objects: list[Object]) -> list[Object]:
        wanted = {comparison.key(one) for one in objects}
        return [one for one in self.running if comparison.key(one) in wanted]

    async def labelled(self, _: str) -> list[Object]:
        return self.running

    async def stored(self, objects: list[Object]) -> tuple[list[Object], str]:
        if self.refused:
            return [], self.refused
        return [self._stored(one) for one in objects], ""

    @staticmethod
    def _stored(one: Object) -> Object:
        return {**one, "spec": {"paused": False, **one["spec"]}, "status": {"replicas": 9}}


def changes(server: Server, *objects: Object) -> list[comparison.Change]:
    sides = asyncio.run(live.sides(server, list(objects), "app=x"))  # type: ignore[arg-type]
    return comparison.compare(sides.running, sides.wanted)


def test_defaults_of_the_server_are_no_difference() -> None:
    running = deployment(replicas=3, paused=False)
    assert changes(Server(running), deployment(replicas=3)) == []


def test_a_field_that_somebody_added_is_one() -> None:
    running = deployment(replicas=3, paused=False, minReadySeconds=9)
    (change,) = changes(Server(running), deployment(replicas=3))
    assert [field.path for field in change.fields()] == ["spec.minReadySeconds"]


def test_replicas_that_nobody_sets_are_left_to_others() -> None:
    running = deployment(replicas=7, paused=False)
    assert changes(Server(running), deployment()) == []
    (change,) = changes(Server(running), deployment(replicas=3))
    assert [field.as_data() for field in change.fields()] == [
        {"path": "spec.replicas", "before": 7, "after": 3}
    ]


def test_what_others_own_is_taken_over() -> None:
    ours = live.taking_over(deployment(template={"metadata": {"annotations": {"a": "b"}}}), RUNNING)
    assert ours["metadata"]["labels"] == {"own": "1", "argocd": "app"}
    assert ours["metadata"]["annotations"] == RUNNING["metadata"]["annotations"]
    assert ours["spec"]["replicas"] == 5
    annotations = ours["spec"]["template"]["metadata"]["annotations"]
    assert annotations == {"a": "b", "restartedAt": "now"}


def test_taking_over_changes_neither_object() -> None:
    ours, before = deployment(), json.dumps([deployment(), RUNNING])
    live.taking_over(ours, RUNNING)
    assert json.dumps([ours, RUNNING]) == before


def test_a_claim_keeps_the_volume_that_it_got() -> None:
    ours = {"kind": "PersistentVolumeClaim", "metadata": {"name": "x"}, "spec": {}}
    running = {**ours, "spec": {"volumeName": "pv-1", "storageClassName": "fast"}}
    assert live.taking_over(ours, running) == running


def test_the_servers_books_are_not_compared() -> None:
    shown = live.cleaned(RUNNING)
    assert "status" not in shown
    assert shown["metadata"] == {
        "name": "x",
        "namespace": "team",
        "labels": {"own": "old", "argocd": "app"},
        "annotations": {"meta.helm.sh/release-name": "my"},
    }


def test_objects_that_are_not_there_and_objects_that_are_left() -> None:
    stray = {**RUNNING, "metadata": {**RUNNING["metadata"], "name": "stray"}}
    found = {change.title: change.kind for change in changes(Server(stray), deployment())}
    assert found == {"Deployment/x": "added", "Deployment/stray": "removed"}


def test_what_is_refused_is_compared_by_the_fields_that_we_set() -> None:
    running = deployment(replicas=3, paused=False, resources={"cpu": "500m", "memory": "1Gi"})
    server = Server(running, refused="field is immutable")
    ours = deployment(resources={"cpu": 0.5, "memory": "2Gi"})
    sides = asyncio.run(live.sides(server, [ours], None))  # type: ignore[arg-type]
    assert sides.refused == "field is immutable"
    (change,) = comparison.compare(sides.running, sides.wanted)
    assert [field.path for field in change.fields()] == ["spec.resources.memory"]


def test_an_object_without_a_namespace_is_in_the_one_of_the_release() -> None:
    ours = deployment(replicas=3)
    del ours["metadata"]["namespace"]
    assert changes(Server(deployment(replicas=3, paused=False)), ours) == []


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, "1000m", True),
        ("1", 1, True),
        (0.5, "500m", True),
        ("1Gi", "1024Mi", True),
        ("1G", "1Gi", False),
        ("1e3", "1k", True),
        ("100M", "0.1G", True),
        ("a", "a", True),
        ("a", "b", False),
        (1, True, False),
        (None, 0, False),
        ("1", "2", False),
        ("1e999999999", "1", False),
    ],
)
def test_quantities(one: Any, other: Any, equal: bool) -> None:
    assert live.same_quantity(one, other) is equal


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """Return a kubeconfig that leads to a port where nothing listens."""
    return kubeconfig(tmp_path / "kubeconfig", {"server": "http://127.0.0.1:1"}, {})


def test_a_cluster_that_does_not_answer(nowhere: str) -> None:
    message = refusal("diff", "--live", "--kubeconfig", nowhere)
    assert message.startswith("Error: Cannot reach the API server (kubeconfig ")
    assert "127.0.0.1:1" in message


def test_an_unknown_context(nowhere: str) -> None:
    message = refusal("diff", "--live", "--kubeconfig", nowhere, "--context", "production")
    assert "There is no context 'production'" in message
