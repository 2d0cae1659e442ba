"""Where the scheduler is, and by which ways it is looked for."""

import asyncio
from typing import Any

import pytest
from dask_helm.cluster.connect import routes, scheduler
from dask_helm.cluster.connect.routes import RouteOptions
from dask_helm.cluster.connect.scheduler import Scheduler, option
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.schemes import OURS, UPSTREAM
from dask_helm.errors import ArgumentError, MissingError, NoReleaseError

from tests.cluster.fakes import (
    FakeKubernetes,
    Object,
    deployment,
    ours,
    pod,
    running,
    theirs,
    thing,
    waiting,
)


def service(name: str, own: dict[str, str], *ports: Object, **spec: Any) -> Object:
    return thing("services", name, own, spec={"ports": list(ports), "selector": own, **spec})


COMM = {"name": "tcp-comm", "port": 8786, "targetPort": "tcp-comm"}
PAGES = {"name": "http-dashboard", "port": 8787, "targetPort": "http-dashboard"}
OWN = ours("r", "scheduler")
SERVICE = service("r-dask-scheduler", OWN, COMM, PAGES)


def locate(release: Release, *objects: Object, given: str | None = None) -> Scheduler:
    kubernetes = FakeKubernetes(*objects)
    return asyncio.run(scheduler.locate(kubernetes, release, given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"address": "host:8786"},
            r"address must be the address of a scheduler.*; got 'host:8786'",
        ),
        ({"address": "tcp://host:notaport"}, "a port from 1 to 65535"),
        ({"address": "tcp://host:99999"}, "a port from 1 to 65535"),
        ({"address": "tcp://host"}, "must be the address of a scheduler, such as tcp://HOST:8786"),
        (
            {"address": f"tcp://{'a' * 64}.b:1"},
            "must be the address of a scheduler, such as tcp://HOST:8786",
        ),
        (
            {"address": "http://host:1"},
            "must be the address of a scheduler, such as tcp://HOST:8786",
        ),
        (
            {"address": "tcp://[nix]:1"},
            "must be the address of a scheduler, such as tcp://HOST:8786",
        ),
        ({"address": 8786}, "must be the address of a scheduler, such as tcp://HOST:8786"),
        ({"node_host": "a" * 64}, "node_host must be a host name"),
        ({"node_port": 65536}, "node_port must be a port from 1 to 65535, got 65536"),
        ({"local_port": -1}, "local_port must be a port from 0 to 65535"),
    ],
)
def test_what_is_no_address_is_told_at_once(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        RouteOptions(**wrong)


@pytest.mark.parametrize("address", ["tcp://a.b-c:1", "tls://[::1]:65535", "tcp://127.0.0.1:80"])
def test_what_is_one(address: str) -> None:
    assert (
        RouteOptions(address=address, node_host="n", node_port=1, local_port=65535).address
        == address
    )


def test_behind_its_service() -> None:
    args = ["dask", "scheduler", "--dashboard-prefix=/dask"]
    own = deployment("r-dask-scheduler", OWN, args=args)
    found = locate(Release("r", "here", OURS, "r-dask"), SERVICE, own)
    assert found.address == "tcp://r-dask-scheduler.here.svc:8786"
    assert found.prefix == "dask"
    assert found.port("http-dashboard") == PAGES


def test_the_older_chart_calls_its_ports_after_the_release() -> None:
    own = theirs("r", "scheduler")
    comm = {"name": "r-dask-scheduler", "port": 9000, "targetPort": 8786}
    pages = {"name": "r-dask-webui", "port": 80, "targetPort": 8787}
    found = locate(
        Release("r", "here", UPSTREAM, "r"), service("r-dask-scheduler", own, pages, comm)
    )
    assert found.address == "tcp://r-dask-scheduler.here.svc:9000"
    assert found.port("tcp-comm") == comm
    assert found.port("http-dashboard") == pages


def test_elsewhere_is_what_the_workers_were_told() -> None:
    args = ["dask", "worker", "tcp://other.there.svc:8786", "--name=x"]
    workers = deployment("r-dask-worker", ours("r", "worker", "default"), args=args)
    far = thing("services", "other", {}, "there", spec={"ports": [COMM]})
    found = locate(Release("r", "here", OURS, "r-dask"), workers, far)
    assert (found.address, found.host) == ("tcp://other.there.svc:8786", "other.there.svc")
    assert found.namespace == "there"
    assert locate(Release("r", "here", OURS, "r-dask"), workers).service is None


def test_nobody_was_told() -> None:
    workers = deployment("r-dask-worker", ours("r", "worker", "default"), args=["dask", "worker"])
    release = Release("r", "here", OURS, "r-dask")
    with pytest.raises(NoReleaseError, match="address='tcp://HOST:8786'"):
        locate(release, workers)
    assert locate(release, workers, given="tls://a:1").address == "tls://a:1"


def pick(*objects: Object) -> tuple[str, int]:
    found = Scheduler("tcp://r-dask-scheduler.here.svc:8786", SERVICE, None)
    kubernetes = FakeKubernetes(*objects)
    return asyncio.run(scheduler.pick(kubernetes, found, COMM))  # type: ignore[arg-type]


def with_port(found: Object, created: str) -> Object:
    found["spec"] = {"containers": [{"ports": [{"name": "tcp-comm", "containerPort": 1234}]}]}
    found["metadata"]["creationTimestamp"] = created
    return found


def test_the_newest_ready_pod_is_picked() -> None:
    old = with_port(pod("old", OWN), "2026-01-01T00:00:00Z")
    new = with_port(pod("new", OWN), "2026-01-02T00:00:00Z")
    starting = with_port(pod("starting", OWN, running(ready=False)), "2026-01-03T00:00:00Z")
    assert pick(old, new, starting) == ("new", 1234)


def test_a_scheduler_that_is_too_busy_for_its_probe_is_picked() -> None:
    busy = with_port(pod("busy", OWN, running(ready=False)), "2026-01-01T00:00:00Z")
    assert pick(busy) == ("busy", 1234)


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ([], "There is no pod behind Service r-dask-scheduler.here.svc"),
        ([pod("p", OWN, waiting("ErrImagePull", "x"))], "is running: p: ErrImagePull: x"),
        ([pod("p", OWN, {"phase": "Pending"})], "is running: p: Pending"),
    ],
)
def test_why_there_is_none(objects: list[Object], said: str) -> None:
    with pytest.raises(MissingError, match=said):
        pick(*objects)


@pytest.mark.parametrize(
    ("words", "value"),
    [(["--a=1", "--b=2"], "1"), (["--a", "1"], "1"), (["--ab=1"], ""), (["--a"], "")],
)
def test_options(words: list[str], value: str) -> None:
    assert option(words, "--a") == value


HERE = Scheduler("tcp://s.here.svc:8786", SERVICE, None)
FAR = Scheduler("tcp://far:8786", None, None)


def of_type(kind: str) -> Scheduler:
    return Scheduler("tcp://s.here.svc:8786", service("s", OWN, COMM, type=kind), None)


@pytest.mark.parametrize(
    ("wish", "found", "in_pod", "expected"),
    [
        (RouteOptions(), HERE, False, ["port-forward"]),
        (RouteOptions(), HERE, True, ["service", "port-forward"]),
        (RouteOptions(forward_cluster_ip=True), HERE, True, ["port-forward"]),
        (RouteOptions(), of_type("NodePort"), False, ["node-port", "port-forward"]),
        (RouteOptions(), of_type("LoadBalancer"), False, ["load-balancer", "port-forward"]),
        (RouteOptions(), of_type("LoadBalancer"), True, ["service", "port-forward"]),
        (RouteOptions(), FAR, False, ["address"]),
        (RouteOptions(), FAR, True, ["service"]),
        (RouteOptions(address="tcp://a:1"), HERE, True, ["address"]),
        (RouteOptions(via="service"), HERE, False, ["service"]),
        (RouteOptions(node_port=30000), HERE, True, ["node-port"]),
    ],
)
def test_ways(wish: RouteOptions, found: Scheduler, in_pod: bool, expected: list[str]) -> None:
    assert routes.candidates(wish, found, in_pod) == expected


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"Choose one of: auto, service"):
        RouteOptions(via="train")
