"""What goes wrong is said in time, by an error of the right class; what passes is got over.

After each of these tests nothing is left of the handle: no thread, no socket, no file.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from dask_helm import HelmCluster, labels
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.objects import Target
from dask_helm.cluster.scaling.scale import COST
from dask_helm.errors import (
    ForbiddenError,
    KubeconfigError,
    LoginError,
    LossError,
    LostError,
    ManyReleasesError,
    NoReleaseError,
    UnavailableError,
    UnreachableError,
)
from distributed import Client

from harness import observation
from harness.handles import SMALL, Observer, arguments, described, handle, traces
from harness.release import CHART, Release
from harness.work import slow, statuses
from tests.e2e.accounts import account, kubeconfig, rules, without
from tests.e2e.conftest import NewRelease
from tests.e2e.faults import Gate, server, without_api_server

T = TypeVar("T")
VALUES: dict[str, Any] = {
    "jupyter": {"replicas": 0},
    "workerDefaults": {"resources": SMALL, "threads": 1},
    "workers": {"default": {"replicas": 2}},
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    """Return a release with two workers; all that a test uses has been used once."""
    module_release.install(values=VALUES)
    assert Observer(module_release).replicas() == 2
    with handle(module_release) as cluster, Client(cluster) as client:
        cluster.wait_ready(timeout=300)
        assert observation.computes(client)
    return module_release


@pytest.fixture(autouse=True)
def nothing_is_left(installed: Release, temporary_files: Path) -> Iterator[None]:
    before = traces()
    yield
    with suppress(AssertionError):
        observation.until(lambda: not _left(before), 120)
    left = _left(before)
    assert left == {}, f"of the handle: {[*map(described, left.get('sockets', ()))]}"


def _left(before: dict[str, set[str]]) -> dict[str, set[str]]:
    return {kind: new for kind, now in traces().items() if (new := now - before[kind])}


@contextmanager
def without_hanging() -> Iterator[None]:
    """Fail when something takes minutes; what waits for ever is ended by the test's own limit."""
    started = time.monotonic()
    yield
    print(f"after {time.monotonic() - started:.1f} s")
    assert time.monotonic() - started < 240


def meanwhile(job: Callable[[], T]) -> "tuple[ThreadPoolExecutor, Future[T]]":
    """Begin something in another thread."""
    pool = ThreadPoolExecutor(1)
    return pool, pool.submit(job)


def exactly(text: str) -> str:
    """Return the pattern of a whole message, in which `…` stands for what may differ."""
    return "^" + re.escape(text).replace("…", ".*") + "$"


def test_the_scheduler_dies_while_a_pool_is_scaled(installed: Release) -> None:
    seen = Observer(installed)
    with handle(installed) as cluster:
        with Client(cluster) as client:
            running = client.map(slow(60), range(4), pure=False)
            observation.until(lambda: len(client.processing()) == 2)
            pool, job = meanwhile(lambda: cluster.scale(1))
            observation.until(lambda: "closing_gracefully" in statuses(client))
            (scheduler,) = seen.pods(labels.SCHEDULER)
            installed.kubectl("delete", "pod", scheduler, "--grace-period=0", "--force")
            with (
                pool,
                without_hanging(),
                pytest.raises(
                    LostError, match=r"does not answer any more|was replaced in the meantime"
                ),
            ):
                job.result()
            del running
            # A Client that is closed while it connects loses that socket (tornado does).
            observation.until(lambda: client.status != "connecting")
        assert seen.replicas() == 2
        pods = seen.pods(labels.WORKER)
        assert not any(COST in (pod.metadata.annotations or {}) for pod in pods.values())
        cluster.wait_ready(timeout=300)
        with Client(cluster) as client:
            assert observation.computes(client)


def test_a_scheduler_that_does_not_run_is_reported_with_the_reason(new_release: NewRelease) -> None:
    release = new_release("down")
    nothing = {"repository": "localhost/there-is-no-such-image"}
    none = {"workers": {"default": None}, "jupyter": {"enabled": False}}
    values = {**none, "scheduler": {"image": nothing}}
    release.helm("install", "down", CHART, values=values)
    refused = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull")
    observation.until(lambda: any(reason in str(release.objects("pod")) for reason in refused), 120)
    with without_hanging(), pytest.raises(UnreachableError, match="|".join(refused)):
        handle(release)
    release.kubectl("scale", "deployment/down-dask-scheduler", "--replicas=0")
    with without_hanging(), pytest.raises(UnreachableError, match="is scaled to 0 pods"):
        handle(release)


@pytest.mark.alone
def test_the_api_server_is_restarted(
    installed: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    with handle(installed, quiet=False) as cluster:
        address = cluster.scheduler_address
        with without_api_server(installed.target):
            pool, asked = meanwhile(lambda: cluster.pools)
            time.sleep(1)
            assert not asked.done(), "it waits for the API server"
        with pool:
            assert asked.result(300)["default"].ready == 2
        assert cluster.scheduler_address == address
        assert cluster.pools["default"].registered == 2
        with Client(cluster) as client:
            assert observation.computes(client)
    assert "replaced" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "call",
    [
        lambda cluster: cluster.wait_for_workers(99),
        lambda cluster: [line for line in cluster.get_logs(follow=True) if not line],
    ],
    ids=["wait_for_workers", "get_logs"],
)
def test_closed_while_another_thread_waits(
    installed: Release, call: Callable[[HelmCluster], object]
) -> None:
    cluster = handle(installed)
    pool, waiting = meanwhile(lambda: call(cluster))
    time.sleep(2)
    assert not waiting.done()
    cluster.close()
    with pool, pytest.raises(UnavailableError, match="It was closed"):
        waiting.result(300)


def test_the_port_forward_is_cut(installed: Release, tmp_path: Path) -> None:
    with Gate(server(installed.target)) as gate:
        file = kubeconfig(installed, tmp_path, cluster={"server": gate.address})
        with handle(installed, kubeconfig=file) as cluster:
            for _ in range(3):
                assert gate.cut() > 0
                with without_hanging(), Client(cluster) as client:
                    assert cluster.pools["default"].registered == 2
                    assert client.submit(sum, [1, 2]).result() == 3
            with gate.shut():
                pool, scaled = meanwhile(lambda: cluster.scale(3))
                time.sleep(3)
            with pool:
                scaled.result(300)
            assert Observer(installed).replicas() == 3
            cluster.wait_ready(timeout=300)
            cluster.scale(2)


def test_the_api_server_does_not_come_back(installed: Release, tmp_path: Path) -> None:
    with Gate(server(installed.target)) as gate:
        file = kubeconfig(installed, tmp_path, cluster={"server": gate.address})
        with handle(installed, kubeconfig=file) as cluster, gate.shut():
            with (
                without_hanging(),
                pytest.raises(UnavailableError, match="Cannot reach the API server"),
            ):
                cluster.scale(1)
            with without_hanging():
                cluster.close()
    assert Observer(installed).replicas() == 2


CONNECTING = [("list", "deployments"), ("list", "services")]
FORWARDING = [("list", "pods"), ("get", "pods/portforward")]


def missing(verb: str, resource: str, release: Release) -> str:
    """Return how the message begins that names a missing right."""
    kind, _, part = resource.partition("/")
    check = f"{verb} {kind}" + (f" --subresource={part}" if part else "")
    return (
        f"You are not allowed to {verb} {resource} in namespace {release.namespace}. Ask for a "
        "Role with this right (rbac in docs/cluster.md), and check it with: kubectl auth can-i "
        f"{check} -n {release.namespace}\n  The API server's message: "
    )


@pytest.mark.parametrize(("verb", "resource"), CONNECTING)
def test_a_right_to_connect_is_missing(
    installed: Release, tmp_path: Path, verb: str, resource: str
) -> None:
    file = account(installed, without(installed, verb, resource), tmp_path).kubeconfig
    with without_hanging(), pytest.raises(ForbiddenError) as caught:
        handle(installed, kubeconfig=file)
    assert str(caught.value).startswith(missing(verb, resource, installed))
    assert (caught.value.verb, caught.value.resource) == (verb, resource)


@pytest.mark.parametrize(("verb", "resource"), FORWARDING)
def test_a_right_to_forward_is_missing(
    installed: Release, tmp_path: Path, verb: str, resource: str
) -> None:
    file = account(installed, without(installed, verb, resource), tmp_path).kubeconfig
    with without_hanging(), pytest.raises(UnreachableError) as caught:
        handle(installed, kubeconfig=file)
    (attempt,) = caught.value.attempts
    assert attempt.route == "port-forward"
    assert attempt.reason.startswith(missing(verb, resource, installed))


WORKING: list[tuple[str, str, Callable[[HelmCluster], Any]]] = [
    ("patch", "deployments/scale", lambda cluster: cluster.scale(3)),
    ("patch", "deployments/scale", lambda cluster: cluster.scale(1)),
    ("get", "pods/log", lambda cluster: cluster.get_logs()),
    ("get", "pods/log", lambda cluster: next(cluster.get_logs(follow=True))),
]


@pytest.mark.parametrize(("verb", "resource", "job"), WORKING)
def test_a_right_to_work_is_missing(
    installed: Release,
    tmp_path: Path,
    verb: str,
    resource: str,
    job: Callable[[HelmCluster], Any],
) -> None:
    file = account(installed, without(installed, verb, resource), tmp_path).kubeconfig
    with handle(installed, kubeconfig=file) as cluster, Client(cluster) as client:
        with without_hanging(), pytest.raises(ForbiddenError) as caught:
            job(cluster)
        assert str(caught.value).startswith(missing(verb, resource, installed))
        assert cluster.pools["default"].desired == 2
        assert statuses(client) == {"running"}
    assert Observer(installed).replicas() == 2


def test_what_is_only_nice_to_know_is_left_out(installed: Release, tmp_path: Path) -> None:
    file = account(installed, without(installed, "list", "events"), tmp_path).kubeconfig
    with handle(installed, kubeconfig=file) as cluster:
        assert len(cluster.get_logs()) == 4


def test_without_the_right_to_mark_pods_kubernetes_chooses(
    installed: Release, tmp_path: Path
) -> None:
    file = account(installed, without(installed, "patch", "pods/status"), tmp_path).kubeconfig
    with handle(installed, kubeconfig=file) as cluster, Client(cluster) as client:
        cluster.wait_ready(timeout=300)
        held = client.scatter(list(range(20)), hash=False)
        work = client.map(slow(0.5), range(20), pure=False)
        cluster.scale(1)
        assert "you are not allowed to patch pods/status" in cluster.get_logs()["Cluster"]
        assert len(observation.pods(installed, labels.WORKER)) == 1
        assert client.gather(held) == list(range(20))
        assert len(client.gather(work)) == 20
        held_last = client.scatter([1, 2], hash=False)
        with pytest.raises(LossError, match="no worker would be left to take them"):
            cluster.scale(0)
        del held, held_last
        cluster.scale(2)
        cluster.wait_ready(timeout=300)


async def change_status(kubeconfig: str, target: Target, patch: dict[str, Any]) -> None:
    async with Kubernetes(Access(kubeconfig)) as kubernetes:
        await kubernetes.patch(target, patch)


def test_what_the_role_does_not_allow(installed: Release, tmp_path: Path) -> None:
    """It is tried: the API server's answer to `can-i` says nothing about names and images."""
    few = account(installed, rules(installed), tmp_path)
    (pod, *_) = observation.pods(installed, labels.WORKER)
    name = pod["metadata"]["name"]
    patch = {"spec": {"containers": [{"name": "worker", "image": "localhost/other:1"}]}}
    for words in (
        ("patch", "pod", name, "-p", json.dumps(patch)),
        ("annotate", "pod", name, "a=b"),
        ("scale", "deployment/demo-dask-scheduler", "--replicas=0"),
        ("scale", "deployment/demo-dask-jupyter", "--replicas=1"),
        ("get", "secrets"),
        ("exec", name, "--", "true"),
        ("delete", "pod", name),
    ):
        assert "forbidden" in few.refusal(*words).lower(), words
    status = Target("pods", installed.namespace, name, "status")
    asyncio.run(change_status(few.kubeconfig, status, patch))
    (after,) = (one for one in observation.pods(installed) if one["metadata"]["name"] == name)
    assert after["spec"] == pod["spec"], "a change of the status changes no image"
    few.said("scale", "deployment/demo-dask-worker", "--replicas=2")


def test_the_role_of_the_chart_is_enough(installed: Release, tmp_path: Path) -> None:
    file = account(installed, rules(installed), tmp_path).kubeconfig
    with handle(installed, kubeconfig=file) as cluster:
        cluster.scale(3)
        cluster.wait_ready(timeout=300)
        cluster.scale(2)
        assert len(cluster.get_logs()) == 4
        assert len(cluster.get_versions()["workers"]) == 2


def test_the_namespace_is_deleted(new_release: NewRelease) -> None:
    release = new_release("short")
    release.install(values=VALUES)
    with handle(release) as cluster:
        cluster.wait_ready(timeout=300)
        release.kubectl("delete", "namespace", release.namespace, "--timeout=400s")
        name = f"short.{release.namespace}"
        gone = exactly(f"Release {name} was removed: it has no Deployments")
        jobs: list[Callable[[], Any]] = [
            lambda: cluster.pools,
            lambda: cluster.scale(1),
            lambda: cluster.get_logs(),
            lambda: cluster.wait_ready(),
        ]
        for job in jobs:
            with without_hanging(), pytest.raises(NoReleaseError, match=gone):
                job()
        with without_hanging():
            cluster.close()


def test_releases_that_do_not_exist(installed: Release, new_release: NewRelease) -> None:
    where = arguments(installed)
    said = exactly(
        f"There is no release 'demi' of a Dask chart in namespace {installed.namespace} (did you "
        "mean 'demo'?). Releases there: demo. `dask-helm list -A` lists all"
    )
    with without_hanging(), pytest.raises(NoReleaseError, match=said):
        HelmCluster("demi", **where)
    empty = {**where, "namespace": new_release().namespace}
    nothing = (
        f"There is no release of a Dask chart in namespace {empty['namespace']}. Other releases: "
    )
    with without_hanging(), pytest.raises(NoReleaseError, match=re.escape(nothing)) as caught:
        HelmCluster(**empty)
    assert f"demo.{installed.namespace}" in str(caught.value) or "more" in str(caught.value)
    assert re.search(r"Use: HelmCluster\('[^']+', namespace='[^']+'\)$", str(caught.value))


def test_several_releases(installed: Release) -> None:
    second = Release(installed.target, "second", installed.namespace)
    second.install(values={**VALUES, "workers": {"default": {"replicas": 0}}})
    try:
        space = installed.namespace
        said = exactly(
            f"There are 2 releases in namespace {space}: demo.{space}, second.{space}. Use: "
            f"HelmCluster('demo', namespace='{space}')"
        )
        with without_hanging(), pytest.raises(ManyReleasesError, match=said):
            HelmCluster(**arguments(installed))
    finally:
        second.uninstall()


def test_wrong_kubeconfigs(installed: Release, tmp_path: Path) -> None:
    advice = (
        "Check with `kubectl config get-contexts`, or choose others: "
        "kubeconfig='FILE', context='NAME'"
    )
    file = kubeconfig(installed, tmp_path)
    with pytest.raises(KubeconfigError, match=exactly(f"There is no kubeconfig nix. {advice}")):
        handle(installed, kubeconfig="nix")
    known = f"Contexts: {installed.target.context}"
    said = f"kubeconfig {file}, context nix: There is no context 'nix'. {known}. {advice}"
    with pytest.raises(KubeconfigError, match=exactly(said)):
        handle(installed, kubeconfig=file, context="nix")
    (tmp_path / "text").write_text("no: [yaml")
    with pytest.raises(KubeconfigError, match=rf"Cannot read kubeconfig {tmp_path}/text: "):
        handle(installed, kubeconfig=str(tmp_path / "text"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"server": "https://127.0.0.1:1"}, r"Connect call failed|refused"),
        ({"server": "https://nowhere.invalid"}, r"[Nn]ame or service not known|resolution"),
        ({"certificate-authority-data": None}, r"CERTIFICATE_VERIFY_FAILED"),
    ],
)
def test_wrong_servers(
    installed: Release, tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    file = kubeconfig(installed, tmp_path, cluster=change)
    said = rf"^Cannot reach the API server \(kubeconfig {file}, context .*\): .*({reason})"
    with without_hanging(), pytest.raises(UnavailableError, match=said):
        handle(installed, kubeconfig=file)


UNKNOWN = exactly(
    "The API server rejected your credentials (401). Your token may have expired: log in again, as "
    "you would for kubectl. The API server's message: Unauthorized"
)


def test_a_token_that_was_never_valid(installed: Release, tmp_path: Path) -> None:
    file = kubeconfig(installed, tmp_path, {"token": "nonsense"})
    with without_hanging(), pytest.raises(LoginError, match=UNKNOWN):
        handle(installed, kubeconfig=file)


def test_a_token_that_expires(installed: Release, tmp_path: Path) -> None:
    somebody = account(installed, rules(installed), tmp_path)
    with handle(installed, kubeconfig=somebody.kubeconfig) as cluster:
        somebody.remove()
        with without_hanging(), pytest.raises(LoginError, match=UNKNOWN):
            cluster.pools  # noqa: B018
        with without_hanging(), pytest.raises(LoginError, match=UNKNOWN):
            cluster.scale(1)
    with without_hanging(), pytest.raises(LoginError, match=UNKNOWN):
        handle(installed, kubeconfig=somebody.kubeconfig)
    assert Observer(installed).replicas() == 2


def test_a_token_that_is_renewed(installed: Release, tmp_path: Path) -> None:
    old, new = (account(installed, rules(installed), tmp_path) for _ in range(2))
    (tmp_path / "token").write_text(old.token)
    file = kubeconfig(installed, tmp_path, {"tokenFile": "token"})
    with handle(installed, kubeconfig=file) as cluster:
        (tmp_path / "token").write_text(new.token)
        old.remove()
        assert cluster.pools["default"].registered == 2
        with Client(cluster) as client:
            assert client.submit(sum, [1, 2]).result() == 3
