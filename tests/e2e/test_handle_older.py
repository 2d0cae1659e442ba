"""A release of a chart with the labels and names of the older `dask` chart."""

import urllib.request
from pathlib import Path

import pytest
from dask_helm import HelmCluster, discover
from dask_helm.errors import UnknownPoolError
from distributed import Client

from harness import observation
from harness.handles import arguments, handle
from harness.release import Release
from harness.work import OLD, digest, digests, random_bytes

CHART = Path(__file__).with_name("files") / "older"


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    """Return a release of that chart."""
    image = {"image": module_release.target.image["image"]}
    module_release.helm("install", module_release.name, CHART, "--wait", values=image)
    return module_release


def test_it_is_found_reached_and_watched(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        cluster.wait_ready(timeout=300)
        assert cluster.name == f"demo.{installed.namespace}"
        groups = cluster.pools
        assert {name: group.registered for name, group in groups.items()} == {
            "default": 1,
            "other": 0,
        }
        assert observation.computes(client)
        with urllib.request.urlopen(cluster.dashboard_link, timeout=120) as page:
            assert page.status == 200
        logs = cluster.get_logs()
        assert len([name for name in logs if "scheduler" in name]) == 1
        assert any("worker" in name for name in logs)
        assert "Scheduler at:" in next(text for name, text in logs.items() if "scheduler" in name)


def test_it_is_discovered(installed: Release) -> None:
    where = arguments(installed)
    name = f"demo.{installed.namespace}"
    assert list(discover(**where)) == [(name, HelmCluster)]
    named = {key: value for key, value in where.items() if key != "namespace"}
    with HelmCluster.from_name(name, **named) as cluster:
        assert cluster.release_name == "demo"


def test_inside_its_pods_it_needs_no_name(installed: Release) -> None:
    """Another release is beside it, so that only the pod's own labels tell which one is meant."""
    where, image = installed.namespace, {"image": installed.target.image["image"]}
    rights = ("--clusterrole=admin", f"--serviceaccount={where}:default")
    installed.kubectl("create", "rolebinding", "default", *rights)
    none = {"groups": {"worker": 0, "worker-other": 0}}
    installed.helm("install", "another", CHART, values={**image, **none})
    script = "from dask_helm import HelmCluster; print(HelmCluster(quiet=True).name)"
    command = ("deployment/demo-dask-scheduler", "--", "python", "-c", script)
    try:
        assert installed.kubectl("exec", *command).split()[-1] == f"demo.{where}"
    finally:
        installed.helm("uninstall", "another")


def test_its_groups_are_scaled_apart_and_nothing_is_lost(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        for number, group, total in OLD:
            cluster.scale(number, worker_group=group)
            cluster.wait_ready(timeout=300)
            assert len(cluster.scheduler_info["workers"]) == total
        held = client.map(random_bytes(500_000), range(30), pure=False)
        before = digests(client, held)
        cluster.scale(1)
        assert [digest(data) for data in client.gather(held)] == before
        with pytest.raises(UnknownPoolError, match="default, other"):
            cluster.scale(1, worker_group="bar")
