"""Schedulers that are reached otherwise: elsewhere, with TLS, by a node port, by an address."""

import urllib.request
from pathlib import Path
from typing import Any

import pytest
from dask_helm.errors import ForbiddenError, TlsError
from distributed import Client
from distributed.security import Security

from harness import observation, removals
from harness.handles import SMALL, Observer, handle
from harness.load import Load
from harness.release import Release
from tests.e2e.accounts import account, rules
from tests.e2e.conftest import NewRelease

NO_JUPYTER: dict[str, Any] = {"jupyter": {"enabled": False}}
ONE: dict[str, Any] = {**NO_JUPYTER, "workers": {"default": {"replicas": 1, "resources": SMALL}}}


def test_a_release_of_workers_for_a_scheduler_elsewhere(new_release: NewRelease) -> None:
    main, more = new_release("main"), new_release("more")
    main.install(values={**NO_JUPYTER, "workers": {"default": {"replicas": 0}}})
    address = f"tcp://main-dask-scheduler.{main.namespace}.svc:8786"
    more.install(values={**ONE, "scheduler": {"enabled": False, "address": address}})
    with handle(more) as cluster, Client(cluster) as client:
        cluster.wait_ready(timeout=300)
        assert client.submit(sum, [1, 2]).result() == 3
        cluster.scale(2)
        cluster.wait_ready(timeout=300)
        assert cluster.pools["default"].registered == 2
        assert Observer(more).replicas() == 2
        with handle(main) as other:
            assert other.pools["default"].registered == 0
            assert len(other.scheduler_info["workers"]) == 2


def test_a_node_port_or_an_address(release: Release) -> None:
    service = {"type": "NodePort"}
    release.install(values={**ONE, "scheduler": {"service": service}})
    with release.scheduler() as address, handle(release, address=address) as cluster:
        assert cluster.scheduler_address == address
        with urllib.request.urlopen(cluster.dashboard_link, timeout=120) as page:
            assert page.status == 200, "by a port-forward of its own"
        assert observation.computes(Client(cluster))
    with handle(release) as cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:"), "nodes are not in reach"
        assert cluster._connection is not None
        assert cluster._connection.route.via == "port-forward"


MOUNT = "/certificates"
TLS = "DASK_DISTRIBUTED__COMM__TLS__"
MOUNTED: dict[str, Any] = {
    "volumes": [{"name": "certificates", "secret": {"secretName": "certificates"}}],
    "volumeMounts": [{"name": "certificates", "mountPath": MOUNT}],
}


def certificates(role: str) -> list[dict[str, str]]:
    """Return the environment that tells a process of Dask where its certificates are."""
    files = {"CA_FILE": "ca.crt", f"{role}__CERT": "tls.crt", f"{role}__KEY": "tls.key"}
    return [{"name": TLS + name, "value": f"{MOUNT}/{file}"} for name, file in files.items()]


@pytest.fixture(scope="module")
def encrypted(module_release: Release) -> tuple[Release, Security]:
    """Return a release whose scheduler takes only TLS, and what a client needs."""
    release = module_release
    security = Security.temporary()
    texts = {
        "ca.crt": security.tls_ca_file,
        "tls.crt": security.tls_client_cert,
        "tls.key": security.tls_client_key,
    }
    literals = [f"--from-literal={name}={text}" for name, text in texts.items()]
    release.kubectl("create", "secret", "generic", "certificates", *literals)
    scheduler = {**MOUNTED, "env": certificates("SCHEDULER"), "extraArgs": ["--protocol=tls"]}
    release.install(values={**NO_JUPYTER, "workers": {"default": None}, "scheduler": scheduler})
    return release, security


def test_tls_from_the_secret_or_from_the_user(encrypted: tuple[Release, Security]) -> None:
    release, security = encrypted
    with handle(release) as cluster:
        assert cluster.scheduler_address.startswith("tls://")
        with Client(cluster) as client:
            assert client.scheduler_info()["id"] == cluster.scheduler_info["id"]
    with handle(release, security=security) as cluster:
        assert cluster.security is security


def test_a_secret_that_may_not_be_read(encrypted: tuple[Release, Security], tmp_path: Path) -> None:
    release, security = encrypted
    kubeconfig = account(release, rules(release), tmp_path).kubeconfig
    with pytest.raises(
        TlsError, match=r"Secret certificates \(ca.crt\)[^:]*, which cannot"
    ) as caught:
        handle(release, kubeconfig=kubeconfig)
    assert isinstance(caught.value.__cause__, ForbiddenError)
    assert "security=distributed.Security(" in str(caught.value)
    with handle(release, kubeconfig=kubeconfig, security=security) as cluster:
        assert cluster.scheduler_address.startswith("tls://")
    names = {"resourceNames": ["certificates"], "resources": ["secrets"], "verbs": ["get"]}
    given = [*rules(release), {"apiGroups": [""], **names}]
    kubeconfig = account(release, given, tmp_path).kubeconfig
    with handle(release, kubeconfig=kubeconfig) as cluster:
        assert cluster.security.tls_ca_file == security.tls_ca_file


def test_workers_with_tls_hand_over_what_they_hold(encrypted: tuple[Release, Security]) -> None:
    """The hook connects as the environment of its container says, like the worker."""
    release, security = encrypted
    more = Release(release.target, "more", release.namespace)
    address = f"tls://demo-dask-scheduler.{release.namespace}.svc:8786"
    pool = {**MOUNTED, "env": certificates("WORKER"), "threads": 1, "memoryLimit": "1Gi"}
    elsewhere = {"enabled": False, "address": address}
    workers = {"default": {**pool, "replicas": 3}}
    more.install(values={**NO_JUPYTER, "scheduler": elsewhere, "workers": workers})
    with handle(more, security=security) as cluster, Client(cluster) as client:
        observation.wait_for_workers(more, client, 3)
        assert {known.partition(":")[0] for known in cluster.scheduler_info["workers"]} == {"tls"}
        load = Load(client)
        removals.scale(more, 2, "deployment/more-dask-worker")
        removals.gone(more, 2)
        load.check()
        load = Load(client)
        cluster.scale(1)
        assert len(removals.present(more)) == 1
        load.check()
