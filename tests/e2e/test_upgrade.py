"""`helm upgrade` and `helm rollback` keep the size that somebody has scaled a pool to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from dask_helm import labels

from harness import observation, removals
from harness.handles import SMALL, handle
from harness.release import CHART, CommandError, Release
from harness.target import Target
from tests.e2e.conftest import NewRelease, new_namespace
from tests.e2e.test_handle_older import CHART as OLDER


def values(replicas: int | None, note: str = "") -> dict[str, Any]:
    """Return values in which a note can be changed beside the number; it restarts no pod."""
    return {
        "jupyter": {"enabled": False},
        "workerDefaults": {"resources": SMALL, "threads": 1, "annotations": {"note": note}},
        "workers": {"default": {"replicas": replicas}},
    }


@pytest.fixture(params=[3, 4], scope="module")
def release(request: pytest.FixtureRequest, cluster: Target) -> Iterator[Release]:
    """Yield a release of one worker, installed by Helm 3 or 4."""
    with new_namespace(cluster) as namespace:
        installed = Release(cluster, "demo", namespace, request.param)
        installed.install(values=values(1))
        yield installed


@pytest.fixture(autouse=True)
def _one_worker(release: Release) -> None:
    """Begin with one worker, as the values say."""
    removals.scale(release, 1)
    upgrade(release, 1, "as at first")


def upgrade(release: Release, replicas: int | None, note: str, *arguments: str) -> None:
    given = values(replicas, note)
    release.helm("upgrade", release.name, CHART, *arguments, values=given)
    (deployment,) = release.objects("deployment", labels.WORKER)
    assert deployment["metadata"]["annotations"]["note"] == note


def test_the_older_chart_is_not_upgraded_half(new_release: NewRelease) -> None:
    """Kubernetes cannot change the selectors of its Deployments."""
    older = new_release("my")
    older.helm("install", "my", OLDER, values={"image": older.target.image["image"]})
    before = older.kubectl("get", "deployment,service", "-o", "yaml")
    with pytest.raises(CommandError, match="this release cannot be upgraded") as refused:
        older.helm("upgrade", "my", CHART, values=values(1))
    assert "Nothing was changed" in str(refused.value)
    assert f"helm -n {older.namespace} uninstall my" in str(refused.value)
    assert spec(older.kubectl("get", "deployment,service", "-o", "yaml")) == spec(before)
    older.uninstall()
    older.install(values=values(1))


def spec(text: str) -> list[Any]:
    return [one["spec"] for one in yaml.safe_load(text)["items"]]


def size(release: Release) -> int:
    (deployment,) = release.objects("deployment", labels.WORKER)
    return int(deployment["spec"]["replicas"])


@pytest.mark.parametrize("number", [0, 2])
def test_another_change_keeps_the_size(release: Release, number: int) -> None:
    removals.scale(release, number)
    upgrade(release, 1, "changed")
    assert size(release) == number
    upgrade(release, 1, "changed again")
    assert size(release) == number


def test_from_zero(release: Release) -> None:
    upgrade(release, 0, "none", *forced(release))
    assert size(release) == 0
    removals.scale(release, 2)
    upgrade(release, 0, "changed")
    assert size(release) == 2
    upgrade(release, 1, "as before", *forced(release))
    assert size(release) == 1


def test_after_the_handle(release: Release) -> None:
    with handle(release) as cluster:
        cluster.scale(2)
    upgrade(release, 1, "changed")
    assert size(release) == 2


def test_after_an_autoscaler(release: Release) -> None:
    removals.scale(release, 2)
    with removals.autoscaled(release, 1):
        observation.until(lambda: size(release) == 1)
    upgrade(release, 2, "changed", *forced(release))
    assert size(release) == 2
    with removals.autoscaled(release, 1):
        observation.until(lambda: size(release) == 1)
        upgrade(release, 2, "changed again")
        assert size(release) == 1


def test_a_changed_number_wins(release: Release) -> None:
    removals.scale(release, 3)
    if release.helm_version == 4:
        with pytest.raises(CommandError, match=r"conflict with .*\.spec\.replicas"):
            upgrade(release, 2, "refused")
    upgrade(release, 2, "changed", *forced(release))
    assert size(release) == 2


def test_rollback(release: Release) -> None:
    """Helm applies what it rendered then: that number too."""
    upgrade(release, 1, "before")
    revision = last_revision(release)
    upgrade(release, 1, "after")
    removals.scale(release, 2)
    if release.helm_version == 4:
        with pytest.raises(CommandError, match=r"conflict with .*\.spec\.replicas"):
            release.helm("rollback", release.name, revision)
    release.helm("rollback", release.name, revision, *forced(release))
    (deployment,) = release.objects("deployment", labels.WORKER)
    assert deployment["metadata"]["annotations"]["note"] == "before"
    upgrade(release, 1, "on from there")
    assert size(release) == int(deployment["spec"]["replicas"])


def test_without_a_number_in_the_values(release: Release) -> None:
    upgrade(release, None, "nobody's", *forced(release))
    (deployment,) = release.objects("deployment", labels.WORKER)
    assert labels.REPLICAS not in deployment["metadata"]["annotations"]
    removals.scale(release, 2)
    upgrade(release, None, "changed")
    assert size(release) == 2


def forced(release: Release) -> list[str]:
    """Return what Helm 4 needs to take a field from somebody else; Helm 3 always does."""
    return [] if release.helm_version == 3 else ["--force-conflicts"]


def last_revision(release: Release) -> str:
    listed = release.helm("history", release.name, "--max", "1", "-o", "json")
    return str(json.loads(listed)[-1]["revision"])
