"""`list` and `status`, with an API server and a scheduler on this machine."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any

import dask
import pytest
import yaml
from dask_helm.cli.output import age
from distributed import Client, LocalCluster

from tests.cli.program import PROGRAM, data, invoke, printed, refusal
from tests.cluster.fakes import deployment, ours, pod, running, thing, waiting
from tests.cluster.server import ObjectServer

IMAGE = "example.com/dask:2026.8.0"


def release(name: str) -> list[dict[str, Any]]:
    """Return the objects of a release with a scheduler and a pool, without the pool's pod."""
    objects = [
        deployment(f"{name}-dask-scheduler", ours(name, "scheduler")),
        deployment(f"{name}-dask-worker-big", ours(name, "worker", "big")),
        pod(f"{name}-dask-scheduler-1", ours(name, "scheduler")),
    ]
    objects[0]["spec"]["template"]["spec"]["containers"][0]["image"] = IMAGE
    objects[2]["spec"]["nodeName"] = "node1"
    return objects


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObjectServer]:
    server = ObjectServer(tmp_path, *release("r"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Yield the address of a scheduler without workers."""
    with LocalCluster(
        n_workers=0, protocol="tcp", host="127.0.0.1", processes=False, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_status_of_the_scheduler(server: ObjectServer, scheduler: str) -> None:
    where = ("--kubeconfig", server.kubeconfig, "--address", scheduler)
    assert printed("status", *where).startswith("Release    r in namespace here")
    found = data("status", *where)
    assert (found["release"], found["error"]) == ("r", "")
    assert found["pools"]["big"]["registered"] == 0
    unreachable = data("status", *where[:3], "tcp://127.0.0.1:1", code=1)
    assert "Cannot reach the scheduler" in unreachable["error"]
    assert unreachable["pools"]["big"]["registered"] is None


def test_status_counts_clients_but_not_itself(server: ObjectServer, scheduler: str) -> None:
    where = ("--kubeconfig", server.kubeconfig)
    asked = (*where, "--address", scheduler)
    assert data("status", *asked)["clients"] == 0
    with Client(scheduler):
        assert data("status", *asked)["clients"] == 1
        assert "Clients    1\n" in printed("status", *asked)
        with (
            Client(scheduler, name="ann"),
            Client(scheduler, name="ann"),
            dask.config.set({"client-name": "bob-2"}),
            Client(scheduler),
        ):
            assert "Clients    4 (ann 2, bob-2)\n" in printed("status", *asked)
            assert data("status", *asked)["users"] == {"ann": 2, "bob-2": 1}
    assert data("status", "-A", *where)[0]["clients"] is None
    assert "Clients    -\n" in printed("status", "-A", *where)


def ago(seconds: int) -> str:
    """Return a time as Kubernetes writes it."""
    then = datetime.now(timezone.utc) - timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_ages_are_in_the_largest_unit_of_which_there_are_two() -> None:
    seconds = (-60, 150, 7000, 2 * 3600 + 60, 47 * 3600, 49 * 3600)
    assert [age(ago(one)) for one in seconds] == ["0s", "2m", "116m", "2h", "47h", "2d"]
    assert age(None) == "-"


def test_the_age_of_the_scheduler(server: ObjectServer) -> None:
    created = server.kubernetes.objects[2]["metadata"]["creationTimestamp"] = ago(50 * 3600)
    where = ("--kubeconfig", server.kubeconfig)
    assert data("status", "-A", *where)[0]["created"] == created
    assert "Scheduler  ready, age 2d\n" in printed("status", "-A", *where)
    assert printed("list", "-o", "wide", *where).split()[-2:] == ["2d", "node1"]


@pytest.mark.parametrize(
    ("replicas", "status", "shown"),
    [
        (1, running(), "ready"),
        (1, running(ready=False), "not ready: starting"),
        (1, waiting("ErrImagePull", "no"), "not ready: r-dask-jupyter-1: ErrImagePull: no"),
        (0, None, "not ready: its Deployment is scaled to 0 pods"),
    ],
)
def test_jupyter(replicas: int, status: dict[str, Any], shown: str, server: ObjectServer) -> None:
    where = ("--kubeconfig", server.kubeconfig)
    assert "Jupyter    none\n" in printed("status", "-A", *where)
    own = ours("r", "jupyter")
    server.kubernetes.objects.append(deployment("r-dask-jupyter", own))
    server.kubernetes.objects[-1]["spec"]["replicas"] = replicas
    if status:
        server.kubernetes.objects.append(pod("r-dask-jupyter-1", own, status))
    assert f"Jupyter    {shown}\n" in printed("status", "-A", *where)
    assert data("status", "-A", *where)[0]["jupyter"] == shown


def test_links_of_ingresses_also_without_a_scheduler(server: ObjectServer, scheduler: str) -> None:
    rules = [{"host": "example.com", "http": {"paths": [{"path": "/at"}]}}]
    server.kubernetes.objects += [
        thing("ingresses", f"r-{part}", ours("r", part), spec={"rules": rules})
        for part in ("scheduler", "jupyter")
    ]
    links = {"dashboard": "http://example.com/at/status", "jupyter_link": "http://example.com/at"}
    where = ("--kubeconfig", server.kubeconfig, "--address")
    for address, code in ((scheduler, 0), ("tcp://127.0.0.1:1", 1)):
        found = data("status", *where, address, code=code)
        assert {name: found[name] for name in links} == links
    assert "Dashboard  http://example.com/at/status\n" in printed("status", *where, scheduler)


def test_status_is_repeated_over_one_connection(server: ObjectServer, scheduler: str) -> None:
    where = ["--kubeconfig", str(server.kubeconfig), "--address", scheduler]
    with subprocess.Popen(
        [PROGRAM, "status", "--watch", *where], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert rows(running.stdout)["big"][:2] == ["1", "0"]
        connected = len(server.asked)
        server.kubernetes.objects.append(pod("r-dask-worker-big-1", ours("r", "worker", "big")))
        assert rows(running.stdout)["big"][:2] == ["1", "1"]
        assert not any("services" in path for _, path, _ in server.asked[connected:])
        running.send_signal(signal.SIGINT)
        assert running.wait(120) == 130


def rows(output: IO[str]) -> dict[str, list[str]]:
    """Return the next pool table by the names of the pools; it has one pool."""
    for line in output:
        if line.startswith("POOL"):
            name, *numbers = next(output).split()
            return {name: numbers}
    raise AssertionError("The output ended")


def test_status_of_all_namespaces_asks_no_scheduler(server: ObjectServer) -> None:
    server.kubernetes.objects += release("s")
    where = ("--kubeconfig", server.kubeconfig)
    text = printed("status", "-A", *where)
    assert [line.split()[1] for line in text.splitlines() if "Release" in line] == ["r", "s"]
    both = data("status", "-A", *where)
    assert [one["release"] for one in both] == ["r", "s"]
    assert both[0]["pools"]["big"]["registered"] is None
    assert [one["release"] for one in data("status", "-A", "s", *where)] == ["s"]
    assert "There is no release 'x'" in refusal("status", "-A", "x", *where)


def test_list_and_status_show_more_where_they_are_wide(server: ObjectServer) -> None:
    where = ("--kubeconfig", server.kubeconfig)
    titles, row = printed("list", "-o", "wide", *where).splitlines()
    assert titles.split()[-5:] == ["IMAGE", "SCHEDULER", "POD", "AGE", "NODE"]
    assert row.split()[-4:] == [IMAGE, "r-dask-scheduler-1", "-", "node1"]
    assert IMAGE not in printed("list", *where)
    lines = [line.split() for line in printed("status", "-A", "-o", "wide", *where).splitlines()]
    assert ["Image", IMAGE] in lines
    assert ["Pod", "r-dask-scheduler-1"] in lines
    assert ["Node", "node1"] in lines


def test_what_kubernetes_does_not_know_yet_is_a_dash(server: ObjectServer) -> None:
    del server.kubernetes.objects[2]  # the pod
    where = ("--kubeconfig", server.kubeconfig)
    assert printed("list", "-o", "wide", *where).split()[-4:] == [IMAGE, "-", "-", "-"]
    (found,) = data("list", *where)
    assert (found["pod"], found["node"]) == (None, None)


@pytest.mark.parametrize("command", ["list", "status"])
def test_names_of_releases(command: str, server: ObjectServer) -> None:
    where = ("--kubeconfig", server.kubeconfig, "-o", "name")
    assert printed(command, *where) == "r\n"
    assert printed(command, "-A", *where) == "here/r\n"
    server.kubernetes.objects.clear()
    assert printed(command, "-A", *where) == ""


def test_status_as_yaml(server: ObjectServer) -> None:
    where = ("--kubeconfig", server.kubeconfig)
    (found,) = yaml.safe_load(printed("status", "-A", "-o", "yaml", *where))
    assert found == data("status", "-A", *where)[0]


def test_status_of_all_namespaces_without_a_release(tmp_path: Path) -> None:
    server = ObjectServer(tmp_path)
    try:
        done = invoke("status", "-A", "--kubeconfig", server.kubeconfig)
        assert (done.stdout, done.stderr) == ("", "No release found.\n")
    finally:
        server.stop()
