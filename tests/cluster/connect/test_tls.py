"""Certificates: which files the scheduler has, and which Secret they come from."""

import asyncio
import base64
from typing import Any

import dask
import pytest
from dask_helm.cluster.connect import tls
from dask_helm.cluster.connect.scheduler import Scheduler
from dask_helm.errors import TlsError
from distributed.security import Security

from tests.cluster.fakes import FakeKubernetes, Object, deployment, ours, thing

FILES = {
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": "/certs/ca.crt",
    "DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__CERT": "/certs/tls.crt",
    "DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__KEY": "/certs/tls.key",
}
TEXTS = {"ca.crt": "ca\n", "tls.crt": "crt\n", "tls.key": "key\n"}
SECRET = thing(
    "secrets",
    "certs",
    {},
    data={k: base64.b64encode(v.encode()).decode() for k, v in TEXTS.items()},
)
VOLUME = {"name": "v", "secret": {"secretName": "certs"}}


def scheduler(volume: Object, files: dict[str, str], args: list[str] | None = None) -> Scheduler:
    found = deployment("s", ours("r", "scheduler"), args=args)
    spec = found["spec"]["template"]["spec"]
    spec["volumes"] = [volume]
    spec["containers"][0]["env"] = [{"name": k, "value": v} for k, v in files.items()]
    spec["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "/certs"}]
    return Scheduler("tcp://s.here.svc:8786", None, found)


def security(
    found: Scheduler, *objects: Object, given: Any = None, address: str | None = None
) -> Security | None:
    kubernetes: Any = FakeKubernetes(*objects)
    return asyncio.run(tls.security(kubernetes, found, given, address))


def parts(found: Security | None) -> tuple[str, str, str]:
    assert found is not None
    return found.tls_ca_file, found.tls_client_cert, found.tls_client_key


OPTIONS = [
    "--tls-ca-file=/certs/ca.crt",
    "--tls-cert",
    "/certs/tls.crt",
    "--tls-key=/certs/tls.key",
]
PROJECTED = {"name": "v", "projected": {"sources": [{"secret": {"name": "certs"}}]}}


@pytest.mark.parametrize(
    "found",
    [
        scheduler(VOLUME, FILES),
        scheduler(PROJECTED, FILES),
        scheduler(VOLUME, {}, OPTIONS),
    ],
)
def test_from_the_secret_that_the_scheduler_mounts(found: Scheduler) -> None:
    got = security(found, SECRET)
    assert parts(got) == ("ca\n", "crt\n", "key\n")
    assert tls.protocol(found, got) == "tls"


def test_keys_of_a_secret_may_be_mounted_under_other_names() -> None:
    items = [{"key": key, "path": f"x/{key}"} for key in TEXTS]
    volume = {"name": "v", "secret": {"secretName": "certs", "items": items}}
    files = {name: path.replace("/certs/", "/certs/x/") for name, path in FILES.items()}
    assert parts(security(scheduler(volume, files), SECRET))[0] == "ca\n"


def test_no_tls_no_certificates() -> None:
    found = scheduler(VOLUME, {})
    assert security(found) is None
    assert tls.protocol(found, None) == "tcp"


def test_the_users_own_and_the_configured_ones_come_first() -> None:
    given = {"tls_ca_file": "a", "tls_client_cert": "b", "tls_client_key": "c"}
    found = scheduler(VOLUME, FILES)
    assert parts(security(found, SECRET, given=given)) == ("a", "b", "c")
    assert parts(security(found, given=Security(**given))) == ("a", "b", "c")
    with dask.config.set({"distributed.comm.tls.ca-file": "configured"}):
        assert parts(security(found, SECRET))[0] == "configured"


CONFIGURED = {
    "distributed.comm.tls.ca-file": "a",
    "distributed.comm.tls.client.cert": "b",
    "distributed.comm.tls.client.key": "c",
}


def test_the_configuration_alone_says_how_or_whether() -> None:
    """The objects tell nothing: TLS is in a ConfigMap, as `dask.config` makes one."""
    plain = scheduler(VOLUME, {})
    with dask.config.set(CONFIGURED):
        assert security(plain) is None
        assert security(plain, address="tcp://a:1") is None
        assert parts(security(plain, address="tls://a:1")) == ("a", "b", "c")
        assert parts(security(scheduler(VOLUME, {}, ["--protocol=tls"]))) == ("a", "b", "c")
        with dask.config.set({"distributed.comm.require-encryption": True}):
            assert parts(found := security(plain)) == ("a", "b", "c")
            assert tls.protocol(plain, found) == "tls"
    assert parts(security(scheduler(VOLUME, FILES), SECRET, address="tls://a:1"))[0] == "ca\n"
    with pytest.raises(TlsError), dask.config.set({"distributed.comm.require-encryption": True}):
        security(plain)


@pytest.mark.parametrize(
    ("found", "objects", "said"),
    [
        (scheduler(VOLUME, FILES), [], r"Secret certs \(ca.crt\) of namespace here"),
        (
            scheduler({"name": "v", "emptyDir": {}}, FILES),
            [SECRET],
            "/certs/ca.crt does not come from a Secret",
        ),
        (Scheduler("tls://far:8786", None, None), [], "tls://far:8786 requires TLS"),
    ],
)
def test_what_to_write_without_them(found: Scheduler, objects: list[Object], said: str) -> None:
    with pytest.raises(TlsError, match=said) as caught:
        security(found, *objects)
    assert "security=distributed.Security(" in str(caught.value)
