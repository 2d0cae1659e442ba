"""The whole handle: a real scheduler, and an API server that has a few objects."""

import asyncio
import os
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from dask_helm import HelmCluster, labels
from dask_helm.cluster.connect import routes
from dask_helm.errors import ArgumentError, LostError, UnavailableError, UnreachableError, WaitError
from distributed import Client, LocalCluster, Scheduler, Worker
from distributed.core import Status
from distributed.security import Security
from distributed.versions import get_versions
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from harness.handles import traces
from harness.waiting import until
from tests.cluster.certificates import configured, written
from tests.cluster.fakes import deployment, ours, pod, thing
from tests.cluster.server import ObjectServer

LOCAL: dict[str, Any] = {"dashboard_address": ":0", "host": "127.0.0.1"}
OWN, JUPYTER, POOL = ours("r", "scheduler"), ours("r", "jupyter"), ours("r", "worker", "default")
PORTS = [{"name": labels.COMM_PORT, "port": 8786}, {"name": labels.DASHBOARD_PORT, "port": 8787}]
NAMED = {"spec": {"containers": [{"name": "main"}]}}
OBJECTS = [
    deployment("r-dask-scheduler", OWN),
    deployment("r-dask-worker", POOL),
    deployment("r-dask-jupyter", JUPYTER),
    thing("services", "r-dask-scheduler", OWN, spec={"ports": PORTS, "selector": OWN}),
    pod("s", OWN, creationTimestamp="now") | NAMED,
    pod("w", POOL) | NAMED,
    pod("j", JUPYTER) | NAMED,
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObjectServer]:
    opened = ObjectServer(tmp_path, *OBJECTS)
    yield opened
    opened.stop()


@asynccontextmanager
async def connected(
    server: ObjectServer, settings: dict[str, Any] | None = None, **more: Any
) -> AsyncIterator[HelmCluster]:
    """Yield a handle of a scheduler in this process."""
    async with Scheduler(**LOCAL, **(settings or {})) as scheduler:
        where = {"kubeconfig": str(server.kubeconfig), "address": scheduler.address}
        given: dict[str, Any] = {**where, "asynchronous": True, "quiet": True, **more}
        async with HelmCluster(**given) as cluster:
            yield cluster


def test_other_versions_are_warned_of(
    server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(packages: list[str]) -> Any:
        found = get_versions(packages)
        return {**found, "packages": {**found["packages"], "dask": "2020.1.0"}}

    async def scenario() -> None:
        async with connected(server):
            pass

    asyncio.run(scenario())  # no warning, which would be an error here
    monkeypatch.setattr("dask_helm.cluster.observe.versions.get_versions", older)
    with pytest.warns(UserWarning, match=r"dask: client 2020\.1\.0, scheduler .*\n.*pip install"):
        asyncio.run(scenario())


def test_a_scheduler_that_goes_while_versions_are_asked(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with Scheduler(**LOCAL) as scheduler:

            async def gone(**_: Any) -> None:
                await scheduler.close()
                raise OSError("gone")

            scheduler.handlers["versions"] = gone
            where = {"kubeconfig": str(server.kubeconfig), "address": scheduler.address}
            with pytest.raises(LostError, match="does not answer any more"):
                await HelmCluster(**where, asynchronous=True, quiet=True)

    asyncio.run(scenario())


def test_certificates_of_the_configuration(server: ObjectServer, tmp_path: Path) -> None:
    """The release's objects do not tell of TLS; the address does."""
    own = Security.temporary()

    async def scenario() -> None:
        async with connected(server, {"security": own, "protocol": "tls"}) as cluster:
            assert cluster.scheduler_address.startswith("tls://")
            async with Client(cluster, asynchronous=True) as client:
                assert client.scheduler_info()["id"] == cluster.scheduler_info["id"]

    with configured(written(own, tmp_path)):
        asyncio.run(scenario())


def test_one_string_is_one(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with connected(server) as cluster:
            found = await cluster.get_versions(packages="pytest")
            assert found["client"]["packages"]["pytest"]
            starting = Worker(
                cluster.scheduler_address, nthreads=1, name="w", dashboard_address=":0"
            )
            async with starting as worker:
                logs = await cluster.get_logs(
                    cluster=False, scheduler=False, workers=worker.address
                )
                assert logs == {"w": "-"}
                assert await cluster.get_logs(cluster=False, scheduler=False, workers="x") == {}

    asyncio.run(scenario())


def test_one_port_leads_to_jupyter_however_often_it_is_asked_for(server: ObjectServer) -> None:
    async def scenario() -> None:
        async with connected(server) as cluster:
            links = await asyncio.gather(*(cluster.jupyter_link for _ in range(3)))
            assert links == [await cluster.jupyter_link] * 3
            port = int(links[0].rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(scenario())


def test_pages_beside_a_port_forward_of_the_users_are_not_those_of_its_host(
    server: ObjectServer,
) -> None:
    """This API server forwards nothing, so that no way leads to them."""

    async def scenario() -> str:
        async with connected(server) as cluster:
            return str(cluster.dashboard_link)

    assert asyncio.run(scenario()) == ""
    rules: list[dict[str, Any]] = [{"host": "h"}]
    server.kubernetes.objects.append(thing("ingresses", "i", OWN, spec={"rules": rules}))
    assert asyncio.run(scenario()) == ""
    rules[0]["http"] = {"paths": [{"path": "/dask"}]}
    assert asyncio.run(scenario()) == "http://h/dask/status"


@pytest.mark.parametrize(
    ("scheduler", "pod_status", "reason"),
    [
        (1, {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}, "CrashLoopBackOff"),
        (0, {"running": {}}, "Deployment r-dask-scheduler is scaled to 0 pods"),
    ],
)
def test_a_scheduler_that_will_not_answer_is_not_waited_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheduler: int,
    pod_status: dict[str, Any],
    reason: str,
) -> None:
    monkeypatch.setitem(routes.TIMEOUT_SECONDS, routes.PORT_FORWARD, 3600.0)
    own = deployment("r-dask-scheduler", OWN)
    own["spec"]["replicas"] = scheduler
    container = {"name": "main", "state": pod_status, "restartCount": 3}
    status = {"phase": "Running", "containerStatuses": [container]}
    down = pod("s", OWN, status, creationTimestamp="now") | NAMED
    others = [one for one in OBJECTS[1:] if one["metadata"]["name"] != "s"]
    server = ObjectServer(tmp_path, own, down, *others)
    try:
        with pytest.raises(UnreachableError, match=reason):
            HelmCluster("r", kubeconfig=str(server.kubeconfig), quiet=True)
    finally:
        server.stop()


@contextmanager
def blocking(server: ObjectServer) -> Iterator[HelmCluster]:
    """Yield a blocking handle of a scheduler in this process."""
    with LocalCluster(n_workers=0, processes=False, protocol="tcp", **LOCAL) as local:
        where = {"kubeconfig": str(server.kubeconfig), "address": local.scheduler_address}
        with HelmCluster("r", **where, quiet=True) as cluster:
            yield cluster


def test_a_handle_of_the_parent_is_refused_in_a_forked_child(server: ObjectServer) -> None:
    with blocking(server) as cluster:
        code = subprocess_of(lambda: cluster.scale(2))
        assert "belongs to the process" in code
        assert "Create a new HelmCluster here" in code
        assert subprocess_of(cluster.close) == "None", "the parent's handle stays open"
        assert cluster.pools["default"].desired == 1


def subprocess_of(call: Callable[[], Any]) -> str:
    """Return the result or error of a call in a forked process, as text."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            text = str(call())
        except Exception as error:
            text = str(error)
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


def test_a_blocking_handle_cannot_be_awaited(server: ObjectServer) -> None:
    async def mistake(cluster: HelmCluster) -> None:
        await cluster

    message = r"Use `async with HelmCluster\(asynchronous=True\)"
    with blocking(server) as cluster, pytest.raises(ArgumentError, match=message):
        asyncio.run(mistake(cluster))


def test_a_notebook_shows_only_the_message(server: ObjectServer) -> None:
    shell: Any = InteractiveShell
    where = str(server.kubeconfig)
    code = f"from dask_helm import HelmCluster\nHelmCluster('no', kubeconfig={where!r})"
    with capture_output() as shown:
        shell().run_cell(code)
    assert shown.stdout.startswith("NoReleaseError: There is no release 'no' of a Dask chart")
    assert "Traceback" not in shown.stdout + shown.stderr


def test_a_request_that_breaks_because_the_handle_is_closed(server: ObjectServer) -> None:
    async def request(cluster: HelmCluster) -> None:
        while cluster.status == Status.running:
            await asyncio.sleep(0.01)
        raise UnavailableError("Broken pipe")

    with blocking(server) as cluster, ThreadPoolExecutor() as pool:
        asked = pool.submit(cluster.sync, request, cluster)
        time.sleep(0.5)
        cluster.close()
        with pytest.raises(UnavailableError, match="It was closed"):
            asked.result()


def test_a_handle_that_is_never_closed_leaves_nothing_when_it_is_collected(
    server: ObjectServer,
) -> None:
    with LocalCluster(n_workers=0, processes=False, protocol="tcp", **LOCAL) as local:
        where = {"kubeconfig": str(server.kubeconfig), "address": local.scheduler_address}
        before = traces()
        opened = HelmCluster(**where, quiet=True)
        opened.adapt(minimum=0, maximum=1, interval="100ms")
        reference = weakref.ref(opened)
        del opened
        assert traces()["threads"] > before["threads"]
        found = reference()
        assert found is not None, "it adapts the pool"
        found._adaptive.stop()
        del found

        def nothing_is_left() -> bool:
            now = traces()
            return not any(now[kind] - before[kind] for kind in ("threads", "sockets"))

        with pytest.warns(ResourceWarning, match="unclosed cluster HelmCluster"):
            until(nothing_is_left)


def test_a_handle_cannot_be_pickled(server: ObjectServer) -> None:
    with (
        blocking(server) as cluster,
        pytest.raises(TypeError, match=r"A HelmCluster cannot be pickled.*scheduler_address"),
    ):
        cloudpickle.dumps(cluster)


def test_keywords_of_the_old_handle(server: ObjectServer) -> None:
    with blocking(server) as cluster, pytest.raises(ArgumentError, match="got 'two'"):
        cluster.scale(n_workers="two")  # type: ignore[arg-type]
    with LocalCluster(n_workers=0, processes=False, protocol="tcp", **LOCAL) as local:
        where = {"kubeconfig": str(server.kubeconfig), "address": local.scheduler_address}
        with HelmCluster.from_name("r", namespace="here", **where, quiet=True) as named:
            assert named.name == "r.here"


def test_workers_of_other_releases_count_unless_a_pool_is_named(server: ObjectServer) -> None:
    with blocking(server) as cluster:

        async def join() -> None:
            async with Worker(cluster.scheduler_address, name="from-a-batch-system"):
                await asyncio.to_thread(cluster.wait_for_workers, 1, 60)
                with pytest.raises(WaitError, match="0 of 1 workers run"):
                    await asyncio.to_thread(cluster.wait_for_workers, 1, 1, "default")

        asyncio.run(join())
