"""Releases beside each other, with long names, without a scheduler, and under strict rules."""

from typing import Any

from dask_helm import labels

from demo.release import Release
from tests.e2e import observing
from tests.e2e.conftest import NewRelease
from tests.paths import VALUES

WRITE = """python -c "open('/opt/x', 'w')" 2>&1 || true"""
SMALL: dict[str, Any] = {"jupyter": {"enabled": False}, "workers": {"default": {"replicas": 1}}}


def computes_with(release: Release, number: int) -> bool:
    with release.client() as client:
        observing.wait_for_workers(release, client, number)
        return observing.computes(client)


def test_two_releases_in_one_namespace(new_release: NewRelease) -> None:
    releases = [new_release("one"), new_release("two-dask")]
    for release in releases:
        release.install(values={"workers": {"default": {"replicas": 1}}})
    assert all(computes_with(release, 1) for release in releases)
    releases[0].uninstall()
    assert all(map(observing.ready, observing.pods(releases[1])))
    assert computes_with(releases[1], 1)


def test_a_release_name_of_53_characters(new_release: NewRelease) -> None:
    release = new_release("r" * 53)
    pool = "p" * 20
    release.install(values={**SMALL, "workers": {"default": None, pool: {"replicas": 1}}})
    assert computes_with(release, 1)


def test_workers_for_a_scheduler_elsewhere(new_release: NewRelease) -> None:
    main = new_release("main")
    main.install(values=SMALL)
    address = f"tcp://main-dask-scheduler.{main.namespace}.svc:8786"
    more = new_release("more")
    more.install("-f", VALUES / "workers-only.yaml", values={"scheduler": {"address": address}})
    assert not more.objects("service", labels.SCHEDULER)
    with main.client() as client:
        client.wait_for_workers(2, timeout=120)
        names = observing.pod_names(main, labels.WORKER) | observing.pod_names(more, labels.WORKER)
        assert set(observing.workers(client)) == names
        assert observing.computes(client)
    script = "from distributed import Client; print(len(Client().nthreads()))"
    answer = more.kubectl("exec", "deployment/more-dask-jupyter", "--", "python", "-c", script)
    assert answer.split()[-1] == "2", "Jupyter finds the scheduler elsewhere, too"


def test_a_worker_without_a_scheduler_ends_and_is_started_again(release: Release) -> None:
    nowhere = {"enabled": False, "address": "tcp://127.0.0.1:8786"}
    pool = {"default": {"replicas": 1, "deathTimeout": 3}}
    values = {"scheduler": nowhere, "jupyter": {"enabled": False}, "workers": pool}
    release.helm("install", release.name, "chart", values=values)

    def restarts() -> int:
        statuses = [pod["status"].get("containerStatuses", []) for pod in observing.pods(release)]
        return sum(status["restartCount"] for group in statuses for status in group)

    assert observing.until(restarts, 90, "the container ended and was started again")


def test_a_namespace_that_enforces_restricted(release: Release) -> None:
    enforce = "pod-security.kubernetes.io/enforce=restricted"
    release.kubectl("label", "namespace", release.namespace, enforce)
    release.install(values={"workers": {"default": {"replicas": 1}}})
    assert len(observing.pods(release)) == 3, "the defaults are taken, too"
    release.install("-f", VALUES / "restricted.yaml")
    assert all(map(observing.ready, observing.pods(release)))
    assert computes_with(release, 1)
    assert "Succeeded" in release.helm("test", release.name)
    denied = release.kubectl("exec", "deployment/demo-dask-worker", "--", "sh", "-c", WRITE)
    assert "Read-only file system" in denied
