"""The handle finds a release, reaches its scheduler, and leaves no trace of itself."""

import asyncio
import re
import urllib.request
from typing import Any

import pytest
from dask_helm import HelmCluster, labels
from dask_helm.errors import NoReleaseError, UnavailableError, UnreachableError
from distributed import Client
from distributed.core import Status
from distributed.deploy import Cluster

from harness import observation
from harness.handles import Observer, arguments, handle, listening, traces
from harness.release import Release
from tests.e2e.faults import without_scheduler

VALUES: dict[str, Any] = {"workers": {"default": {"replicas": 2}}, "jupyter": {"enabled": False}}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


def test_it_connects_computes_and_says_what_it_is(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        assert isinstance(cluster, Cluster)
        assert cluster.status == Status.running
        assert (cluster.release_name, cluster.name) == ("demo", f"demo.{installed.namespace}")
        assert "id" in cluster.scheduler_info
        observation.wait_for_workers(installed, client, 2)
        assert observation.computes(client)
        observation.until(lambda: len(cluster.observed) == 2)
        assert cluster.observed == set(Observer(installed).pods(labels.WORKER))
        assert cluster.pools["default"].desired == 2
        assert cluster.requested == cluster.plan == cluster.observed
        assert cluster.get_client() is client
        with urllib.request.urlopen(cluster.dashboard_link, timeout=120) as page:
            assert "Dask" in page.read().decode()
    assert cluster.status == Status.closed
    with pytest.raises(UnavailableError, match=r"is not connected\. It was closed; create a new"):
        cluster.scale(1)
    assert Observer(installed).replicas() == 2, "the release stays as it is"


def test_asynchronously(installed: Release) -> None:
    async def scenario() -> None:
        cluster = handle(installed, asynchronous=True)
        assert cluster.status == Status.created, "nothing is asked before it is awaited"
        with pytest.raises(UnavailableError, match=r"is not connected\. Use `await cluster`"):
            await cluster.scale(1)
        async with cluster, Client(cluster, asynchronous=True) as client:
            assert await client.submit(sum, [1, 2]) == 3
            assert cluster.status == Status.running
        assert cluster.status == Status.closed

    asyncio.run(scenario())


def test_it_shares_the_loop_of_a_client(installed: Release) -> None:
    with installed.client() as client:
        cluster = handle(installed, loop=client.loop)
        with cluster:
            assert cluster.loop is client.loop
        assert client.submit(sum, [1, 2]).result() == 3


def test_by_other_names(installed: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    where = arguments(installed)
    with HelmCluster(**where) as only:
        assert only.release_name == "demo"
    named = {key: value for key, value in where.items() if key != "namespace"}
    with HelmCluster.from_name(f"demo.{installed.namespace}", **named) as cluster:
        assert cluster == only
    monkeypatch.setenv("KUBECONFIG", where["kubeconfig"])
    with HelmCluster("demo", None, installed.namespace, True, name="mine") as cluster:
        assert cluster.name == "mine"


def test_a_port_of_ones_own(installed: Release) -> None:
    with handle(installed, local_port=18786) as cluster:
        assert cluster.scheduler_address == "tcp://127.0.0.1:18786"
        with pytest.raises(UnreachableError, match="18786 is in use"):
            handle(installed, local_port=18786)


def test_it_listens_on_the_loopback_address_only(installed: Release) -> None:
    before = listening()
    with handle(installed):
        opened = listening() - before
        assert len(opened) == 2
        assert all(address.startswith("0100007F:") for address in opened)
    assert listening() == before


@pytest.mark.usefixtures("temporary_files")
def test_nothing_is_left_after_close(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        client.submit(sum, [1]).result()
    before = traces()
    for _ in range(3):
        with handle(installed) as cluster, Client(cluster) as client:
            client.submit(sum, [1]).result()
            assert traces() != before
    assert traces() == before

    with pytest.raises(NoReleaseError):
        HelmCluster("nix", **arguments(installed))
    with pytest.raises(UnreachableError):
        handle(installed, address="tcp://127.0.0.1:1")
    assert traces() == before


@pytest.mark.usefixtures("temporary_files")
def test_no_task_is_left_in_an_event_loop(installed: Release) -> None:
    async def scenario() -> None:
        before, tasks = traces(), asyncio.all_tasks()
        for _ in range(2):
            async with handle(installed, asynchronous=True) as cluster:
                await cluster.scheduler_comm.identity()
        with pytest.raises(NoReleaseError):
            await HelmCluster("nix", **arguments(installed), asynchronous=True)
        await asyncio.sleep(0.1)
        assert asyncio.all_tasks() == tasks
        after = traces()
        assert {key: after[key] for key in ("sockets", "files")} == {
            key: before[key] for key in ("sockets", "files")
        }

    asyncio.run(scenario())


def test_a_release_of_another_namespace(elsewhere: Release) -> None:
    name, namespace = elsewhere.name, elsewhere.namespace
    said = re.escape(f"but in: {namespace}. Use: HelmCluster({name!r}, namespace={namespace!r})")
    with pytest.raises(NoReleaseError, match=f"There is no release '{name}' .*, {said}"):
        HelmCluster(name, **{**arguments(elsewhere), "namespace": None})


def test_ways_that_lead_nowhere_are_listed(installed: Release) -> None:
    with pytest.raises(UnreachableError) as caught:
        handle(installed, via="service")
    (attempt,) = caught.value.attempts
    assert attempt.route == "service"
    assert f"demo-dask-scheduler.{installed.namespace}.svc" in str(attempt)
    with pytest.raises(UnreachableError, match="has no node port"):
        handle(installed, via="node-port")
    with pytest.raises(UnreachableError, match=r"refused|Connect call failed"):
        handle(installed, address="tcp://127.0.0.1:1")


def test_a_scheduler_that_is_not_ready_is_named(installed: Release) -> None:
    said = "Deployment demo-dask-scheduler is scaled to 0 pods"
    with without_scheduler(installed), pytest.raises(UnreachableError, match=said):
        handle(installed)


def test_a_scheduler_that_is_replaced_is_told_once(
    installed: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    with handle(installed, quiet=False) as cluster, Client(cluster) as client:
        observation.wait_for_workers(installed, client, 2)
        before, address = cluster.scheduler_info["id"], cluster.scheduler_address
        (old,) = Observer(installed).pods(labels.SCHEDULER)
        installed.kubectl("delete", "pod", old, "--grace-period=0", "--force")
        observation.until(lambda: cluster.scheduler_info["id"] != before, what="it reconnects")
        observation.until(lambda: len(cluster.scheduler_info["workers"]) == 2)
        assert cluster.scheduler_address == address
        with Client(cluster) as another:
            assert observation.computes(another)
    said = capsys.readouterr().out
    assert said.count("was replaced") == 1
    assert f"demo.{installed.namespace}" in said
