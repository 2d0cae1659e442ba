"""Releases beside each other, with long names, without a scheduler, and under strict rules."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask_helm import HelmCluster, labels
from dask_helm.errors import LossError
from distributed import Client

from harness import observation
from harness.handles import arguments
from harness.release import CHART, Release
from tests.e2e.conftest import NewRelease
from tests.paths import VALUES

WRITE = """python -c "open('/opt/x', 'w')" 2>&1 || true"""
SMALL: dict[str, Any] = {"jupyter": {"enabled": False}, "workers": {"default": {"replicas": 1}}}


def computes_with(release: Release, number: int) -> bool:
    with release.client() as client:
        observation.wait_for_workers(release, client, number)
        return observation.computes(client)


def test_two_releases_in_one_namespace(new_release: NewRelease) -> None:
    releases = [new_release("one"), new_release("two-dask")]
    for release in releases:
        release.install(values={"workers": {"default": {"replicas": 1}}})
    assert all(computes_with(release, 1) for release in releases)
    releases[0].uninstall()
    assert all(map(observation.ready, observation.pods(releases[1])))
    assert computes_with(releases[1], 1)


def umbrella(folder: Path) -> Path:
    """Return a chart that holds two copies of ours."""
    chart = folder / "platform"
    shutil.copytree(CHART, chart / "charts" / "dask")
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    copies = [{"name": "dask", "version": version, "alias": alias} for alias in ("etl", "adhoc")]
    about = {"apiVersion": "v2", "name": "platform", "version": "0.1.0", "dependencies": copies}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    return chart


def test_two_copies_in_one_umbrella_release(new_release: NewRelease, tmp_path: Path) -> None:
    release = new_release("platform")
    own = {**SMALL, **release.target.image}
    values = {"etl": own, "adhoc": {**own, "workers": {"default": {"replicas": 2}}}}
    release.helm("install", "platform", umbrella(tmp_path), "--wait", values=values)
    for name, number in (("platform-etl", 1), ("platform-adhoc", 2)):
        with HelmCluster(name, **arguments(release)) as cluster, Client(cluster) as client:
            client.wait_for_workers(number, timeout=300)
            assert all(
                worker.startswith(f"{name}-worker") for worker in observation.workers(client)
            )
            assert cluster.pools["default"].registered == number
            assert observation.computes(client)


def test_labels_that_argo_cd_rewrites(new_release: NewRelease) -> None:
    """With label tracking it writes its own name into the top-level objects of a release."""
    release = new_release("dask")
    release.install(values=SMALL)
    kinds = "deployment,service,configmap,poddisruptionbudget"
    rewritten = f"{labels.INSTANCE}=team-a-dask"
    release.kubectl("label", kinds, "-l", labels.CLUSTER, rewritten, "--overwrite")
    with HelmCluster("dask", **arguments(release)) as cluster, Client(cluster) as client:
        cluster.wait_ready(timeout=120)
        cluster.wait_for_workers(1, timeout=120)
        piece = client.scatter("piece", hash=False)
        with pytest.raises(LossError):
            cluster.scale(0)
        assert piece.result(timeout=120) == "piece"


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
        client.wait_for_workers(2, timeout=300)
        names = observation.pod_names(main, labels.WORKER) | observation.pod_names(
            more, labels.WORKER
        )
        assert set(observation.workers(client)) == names
        assert observation.computes(client)
    script = "from distributed import Client; print(len(Client().nthreads()))"
    answer = more.kubectl("exec", "deployment/more-dask-jupyter", "--", "python", "-c", script)
    assert answer.split()[-1] == "2", "Jupyter finds the scheduler elsewhere, too"


def test_a_worker_without_a_scheduler_ends_and_is_started_again(release: Release) -> None:
    nowhere = {"enabled": False, "address": "tcp://127.0.0.1:8786"}
    pool = {"default": {"replicas": 1, "deathTimeout": 3}}
    values = {"scheduler": nowhere, "jupyter": {"enabled": False}, "workers": pool}
    release.helm("install", release.name, "chart", values=values)

    def restarts() -> int:
        statuses = [pod["status"].get("containerStatuses", []) for pod in observation.pods(release)]
        return sum(status["restartCount"] for group in statuses for status in group)

    assert observation.until(restarts, what="the container ended and was started again")


def test_a_namespace_that_enforces_restricted(release: Release) -> None:
    enforce = "pod-security.kubernetes.io/enforce=restricted"
    release.kubectl("label", "namespace", release.namespace, enforce)
    release.install(values={"workers": {"default": {"replicas": 1}}})
    assert len(observation.pods(release)) == 3, "the defaults are taken, too"
    release.install("-f", VALUES / "restricted.yaml")
    assert all(map(observation.ready, observation.pods(release)))
    assert computes_with(release, 1)
    assert "Succeeded" in release.helm("test", release.name)
    denied = release.kubectl("exec", "deployment/demo-dask-worker", "--", "sh", "-c", WRITE)
    assert "Read-only file system" in denied
