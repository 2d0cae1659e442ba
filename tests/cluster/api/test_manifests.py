"""Objects of any kind are read, listed and checked, by their manifests alone."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.manifests import Manifests
from dask_helm.errors import ForbiddenError, KubernetesError

from tests.cluster.server import Server

Object = dict[str, Any]

RESOURCES: dict[str, list[Object]] = {
    "/api/v1": [
        {"name": "services", "kind": "Service", "namespaced": True},
        {"name": "services/proxy", "kind": "Service", "namespaced": True},
        {"name": "namespaces", "kind": "Namespace", "namespaced": False},
    ],
    "/apis/policy/v1": [
        {"name": "poddisruptionbudgets", "kind": "PodDisruptionBudget", "namespaced": True},
    ],
}


def thing(kind: str, name: str, version: str = "v1", **metadata: str) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **metadata}}


class Api(Server):
    """An API server that has one Service and one Namespace; it refuses updates of the latter."""

    def answer(self, method: str, path: str, token: str) -> tuple[int, Any]:
        self.asked.append((method, path, token))
        asked = urlsplit(path)
        if asked.path in RESOURCES:
            return 200, {"resources": RESOURCES[asked.path]}
        if method == "PUT":
            return self._update(asked.path, parse_qs(asked.query))
        found = {
            "/api/v1/namespaces/here/services/a": thing("Service", "a"),
            "/api/v1/namespaces/other/services/b": thing("Service", "b"),
            "/api/v1/namespaces/n": thing("Namespace", "n"),
        }
        if asked.path in found:
            return 200, found[asked.path]
        if asked.query:
            items = [{"metadata": {"name": "a"}}] if asked.path.endswith("/services") else None
            return 200, {"kind": "List", "items": items}
        return 404, {"message": "not found"}

    def _update(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        assert query == {"dryRun": ["All"], "fieldValidation": ["Strict"]}
        if "services" in path:
            return 200, thing("Service", "a", stored="yes")
        return 422, {"message": "the field is immutable"}


def asked(server: Api, job: Any) -> Any:
    async def run() -> Any:
        async with Kubernetes(Access(str(server.kubeconfig))) as kubernetes:
            return await job(Manifests(kubernetes, "here"))

    try:
        return asyncio.run(run())
    finally:
        server.stop()


def test_objects_that_exist_are_read(tmp_path: Path) -> None:
    given = [
        thing("Service", "a"),
        thing("Service", "b", namespace="other"),
        thing("Service", "missing"),
        thing("Namespace", "n"),
        thing("PodDisruptionBudget", "p", "policy/v1"),
    ]
    found = asked(Api(tmp_path), lambda manifests: manifests.existing(given))
    assert found == [thing("Service", "a"), thing("Service", "b"), thing("Namespace", "n")]


def test_a_kind_that_the_cluster_lacks_is_named(tmp_path: Path) -> None:
    for version in ("v1", "example.org/v1"):
        given = [thing("Wonder", "w", version)]
        with pytest.raises(KubernetesError, match=f"no kind Wonder in apiVersion {version}"):
            asked(Api(tmp_path), lambda manifests, given=given: manifests.existing(given))


def test_what_is_listed_has_its_kind(tmp_path: Path) -> None:
    found = asked(Api(tmp_path), lambda manifests: manifests.labelled("a=b"))
    assert found == [thing("Service", "a")]


def test_refusals_are_collected(tmp_path: Path) -> None:
    given = [thing("Service", "a"), thing("Namespace", "n")]
    found = asked(Api(tmp_path), lambda manifests: manifests.stored(given))
    refusal = "Cannot update namespaces n: the field is immutable"
    assert found == ([thing("Service", "a", stored="yes")], refusal)


def test_nothing_is_asked_for_nothing(tmp_path: Path) -> None:
    server = Api(tmp_path)
    assert asked(server, lambda manifests: manifests.stored([])) == ([], "")
    assert server.asked == []


def test_a_missing_right_is_an_error(tmp_path: Path) -> None:
    server = Api(tmp_path)
    server.answer = lambda *_: (403, {"message": "no"})  # type: ignore[method-assign]
    with pytest.raises(ForbiddenError, match="not allowed to list"):
        asked(server, lambda manifests: manifests.labelled("a=b"))
