"""A pool follows the work: up, down without loss, to zero, and one handle at a time."""

import time
from typing import Any

import pytest
from dask_helm import labels
from dask_helm.errors import AdaptError, UnknownPoolError
from distributed import Client, wait

from harness import observation
from harness.handles import SMALL, Observer, handle
from harness.release import Release
from harness.work import digests, random_bytes, slow, suspicious

VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    "workerDefaults": {"resources": SMALL, "threads": 1},
    "workers": {"default": {"replicas": 1}, "other": {"replicas": 1}},
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def test_up_with_the_work_and_down_without_loss(installed: Release) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster, Client(cluster) as client:
        held = client.map(random_bytes(1_000_000), range(20), pure=False)
        wait(held)
        before = digests(client, held)
        cluster.adapt(1, 4, "default", interval="500ms", wait_count=3)
        work = client.map(slow(2), range(40), pure=False)
        observation.until(lambda: seen.replicas() == 4)
        version = seen.version
        assert len(client.gather(work)) == 40
        del work
        observation.until(lambda: seen.replicas() == 1)
        steps = seen.steps("default", version)
        assert steps[-1] == 1
        assert steps == sorted(steps, reverse=True), "it does not flap"
        assert digests(client, held) == before
        assert suspicious(client) == 0
        assert seen.replicas("other") == 1


def test_to_zero_and_back(installed: Release) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster, Client(cluster) as client:
        cluster.adapt(0, 2, "default", interval="500ms")
        cluster.adapt(0, 1, "other", interval="500ms")
        cluster.scale(0, "other")
        cluster.adapt(0, 2, "default", interval="500ms")
        observation.until(lambda: seen.replicas() == 0)
        assert client.submit(sum, [1, 2], pure=False).result(timeout=300) == 3
        assert seen.replicas() > 0


def test_calling_again_replaces_it_and_close_ends_it(installed: Release) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster:
        first = cluster.adapt(2, 2, "default", interval="300ms")
        observation.until(lambda: seen.replicas() == 2)
        second = cluster.adapt(3, 3, "default", interval="300ms")
        assert first.periodic_callback is None
        observation.until(lambda: seen.replicas() == 3)
        assert "3 to 3 pods" in cluster._repr_html_()
    assert second.periodic_callback is None
    with handle(installed) as cluster:
        cluster.scale(1, "default", force=True)
        time.sleep(2)
        assert seen.replicas() == 1, "nobody adapts it any more"


def test_one_that_is_refused_leaves_the_one_before_to_go_on(installed: Release) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster:
        cluster.adapt(1, 1, "default", interval="300ms")
        with pytest.raises(UnknownPoolError, match="no pool 'defualt'"):
            cluster.adapt(0, 5, "defualt")
        assert "1 to 1 pods" in cluster._repr_html_()
        cluster.scale(2, "default")
        observation.until(lambda: seen.replicas() == 1)


def test_two_handles_notice_each_other(
    installed: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    with handle(installed, quiet=False) as first, handle(installed) as second:
        old = first.adapt(1, 2, "default", interval="300ms")
        with pytest.raises(AdaptError, match="already adapts default"):
            second.adapt(1, 2, "default")
        second.adapt(0, 1, "other")
        new = second.adapt(1, 2, "default", interval="300ms", force=True)
        observation.until(lambda: old.periodic_callback is None)
        assert new.periodic_callback is not None
        assert "now adapts this pool" in capsys.readouterr().out
    with handle(installed) as third:
        third.adapt(1, 2, "default")


def test_what_the_pods_are_is_shown(installed: Release) -> None:
    with handle(installed) as cluster:
        cluster.wait_ready(timeout=300)
        number = len(Observer(installed).pods(labels.WORKER, "default"))
        assert f"default {number}/{number}" in repr(cluster)
        assert "Pods wanted" in cluster._repr_html_()
        assert cluster._widget() is not None


def test_versions_are_compared(installed: Release, capsys: pytest.CaptureFixture[str]) -> None:
    with handle(installed, quiet=False) as cluster:
        cluster.wait_for_workers(1, timeout=300)
        found = cluster.get_versions(check=True)
        assert "the same versions" in capsys.readouterr().out
        assert set(found) == {"client", "scheduler", "workers"}
        cluster.get_versions(check=True, packages=["pytest"])
        assert "pytest: client" in capsys.readouterr().out
