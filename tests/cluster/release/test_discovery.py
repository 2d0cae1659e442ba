"""Which release is meant."""

import asyncio
from pathlib import Path
from typing import Any

import dask
import pytest
from dask_helm import labels
from dask_helm.cluster.release import discovery
from dask_helm.cluster.release.discovery import Release, ReleaseQuery, split
from dask_helm.cluster.release.schemes import OURS, UPSTREAM
from dask_helm.errors import ForbiddenError, ManyReleasesError, NoReleaseError

from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, pod, theirs

MINE = deployment("mine-dask-scheduler", ours("mine", "scheduler"))
WORKERS = deployment("mine-dask-worker", ours("mine", "worker", "default"))
OLD = deployment("old-dask-scheduler", theirs("old", "scheduler"))
AIRFLOW = deployment("a-scheduler", theirs("a", "scheduler", "airflow-1.15.0"))
FAR = deployment("far-dask-scheduler", ours("far", "scheduler"), "there")


def find(kubernetes: FakeKubernetes, *wanted: Any) -> Release:
    return asyncio.run(discovery.find(kubernetes, ReleaseQuery(*wanted)))  # type: ignore[arg-type]


def test_the_named_one() -> None:
    kubernetes = FakeKubernetes(MINE, WORKERS, OLD, AIRFLOW, FAR)
    assert find(kubernetes, "mine") == Release("mine", "here", OURS, "mine-dask")
    assert find(kubernetes, "old").scheme == UPSTREAM
    assert str(find(kubernetes, "far", "there")) == "far.there"


def test_the_one_of_dasks_configuration() -> None:
    kubernetes = FakeKubernetes(MINE, WORKERS, OLD, FAR)
    with dask.config.set({"helm.release": "far", "helm.namespace": "there"}):
        assert str(find(kubernetes)) == "far.there"
        assert str(find(kubernetes, "mine", "here")) == "mine.here"
        assert str(find(kubernetes, "old", "here")) == "old.here"
        with pytest.raises(NoReleaseError, match="there"):
            find(kubernetes, "mine")
    with dask.config.set({"helm.release": "old"}):
        assert str(find(kubernetes)) == "old.here"


def test_a_name_is_not_a_beginning_of_a_name() -> None:
    with pytest.raises(NoReleaseError, match="did you mean 'mine'") as caught:
        find(FakeKubernetes(MINE), "min")
    assert isinstance(caught.value, RuntimeError)
    assert "Releases there: mine" in str(caught.value)


def test_other_charts_with_such_labels_are_no_releases() -> None:
    with pytest.raises(NoReleaseError):
        find(FakeKubernetes(AIRFLOW), "a")


def relabelled(found: Object, instance: str) -> Object:
    """As Argo CD changes a top-level object."""
    meta = {**found["metadata"], "labels": {**found["metadata"]["labels"]}}
    meta["labels"][labels.INSTANCE] = instance
    return {**found, "metadata": meta}


def test_the_label_that_argo_cd_rewrites_does_not_count() -> None:
    kubernetes = FakeKubernetes(relabelled(MINE, "app"), relabelled(WORKERS, "app"))
    assert find(kubernetes, "mine") == find(kubernetes, "mine-dask") == find(kubernetes)
    assert find(kubernetes).name == "mine"


def test_clusters_of_one_umbrella_release_have_their_own_names() -> None:
    def copy(alias: str) -> Object:
        own = {**ours("platform", "scheduler"), labels.CLUSTER: f"platform-{alias}"}
        return deployment(f"platform-{alias}-scheduler", own)

    kubernetes = FakeKubernetes(copy("etl"), copy("adhoc"))
    assert find(kubernetes, "platform-etl").cluster == "platform-etl"
    with pytest.raises(NoReleaseError, match="Releases there: platform-adhoc, platform-etl"):
        find(kubernetes, "platform")


@pytest.mark.parametrize("missing", [labels.CLUSTER, labels.COMPONENT])
def test_who_is_only_called_dask_is_no_release(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    own = {key: value for key, value in ours("a", "worker").items() if key != missing}
    foreign = deployment("a", own)
    assert find(FakeKubernetes(foreign, MINE)).name == "mine"
    assert asyncio.run(discovery.everywhere(FakeKubernetes(foreign))) == []  # type: ignore[arg-type]
    monkeypatch.setenv("HOSTNAME", "a")
    with pytest.raises(ManyReleasesError):
        find(FakeKubernetes(foreign, MINE, OLD, pod("a", own), in_pod=True))


def test_a_release_of_that_name_elsewhere_is_told() -> None:
    for wanted in (("far",), ("far", "here")):
        with pytest.raises(NoReleaseError, match=r"but in: there\. .*namespace='there'"):
            find(FakeKubernetes(FAR), *wanted)
    kubernetes = FakeKubernetes(FAR)
    kubernetes.forbidden = {("", "deployments")}
    with pytest.raises(NoReleaseError, match="in namespace here"):
        find(kubernetes, "far")


def test_of_many_places_some_are_told() -> None:
    many = [deployment("demo", ours("demo", "scheduler"), f"team-{number}") for number in range(9)]
    told = r"but in: team-0, team-1, team-2, team-3, team-4 and 4 more\. .*namespace='team-0'"
    with pytest.raises(NoReleaseError, match=told):
        find(FakeKubernetes(*many), "demo")


def test_the_only_one_in_reach() -> None:
    assert find(FakeKubernetes(MINE, WORKERS, FAR)).name == "mine"
    assert find(FakeKubernetes(FAR, AIRFLOW)).name == "far"
    with pytest.raises(NoReleaseError, match="namespace='NAMESPACE'"):
        find(FakeKubernetes())
    with pytest.raises(NoReleaseError, match="in namespace here"):
        find(FakeKubernetes(FAR), None, "here")


def test_several_are_listed() -> None:
    with pytest.raises(ManyReleasesError, match=r"mine\.here, old\.here") as caught:
        find(FakeKubernetes(MINE, OLD))
    assert isinstance(caught.value, ValueError)


def test_a_missing_right_is_no_missing_release() -> None:
    kubernetes = FakeKubernetes(MINE)
    kubernetes.forbidden = {("here", "deployments")}
    with pytest.raises(ForbiddenError, match="list deployments in namespace here"):
        find(kubernetes, "mine")


def test_inside_a_pod_it_is_that_of_the_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    own = pod("mine-dask-jupyter-1", ours("mine", labels.JUPYTER))
    monkeypatch.setenv("HOSTNAME", "mine-dask-jupyter-1")
    kubernetes = FakeKubernetes(MINE, OLD, own, in_pod=True)
    assert find(kubernetes) == Release("mine", "here", OURS, "mine-dask")
    assert find(kubernetes, "old").name == "old"
    kubernetes.forbidden = {("here", "pods")}
    with pytest.raises(ManyReleasesError):
        find(kubernetes)


def test_inside_a_pod_of_the_older_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"app": "dask", "release": "old", "component": "jupyter"}
    monkeypatch.setenv("HOSTNAME", "a")
    assert find(FakeKubernetes(MINE, OLD, pod("a", own), in_pod=True)).scheme == UPSTREAM
    for stranger in ({**own, "release": "a"}, {"release": "old"}, {**own, "release": "mine"}):
        with pytest.raises(ManyReleasesError):
            find(FakeKubernetes(MINE, OLD, AIRFLOW, pod("a", stranger), in_pod=True))


@pytest.mark.parametrize(
    ("name", "parts"),
    [("a.b", ("a", "b")), ("a.b.c", ("a.b", "c")), ("a", ("a", None))],
)
def test_names(name: str, parts: tuple[str, str | None]) -> None:
    assert split(name) == parts


def test_the_folder_of_the_service_account_is_kubernetes_own() -> None:
    from dask_helm.cluster.api.credentials import SERVICE_ACCOUNT

    assert Path("/var/run/secrets/kubernetes.io/serviceaccount") == SERVICE_ACCOUNT
