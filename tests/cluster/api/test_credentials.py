"""Credentials are found as kubectl finds them, and leave no files behind."""

import asyncio
import itertools
import json
import os
import ssl
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from dask_helm import discover
from dask_helm.cluster.api import credentials
from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.credentials import Access, Credentials, from_auth
from dask_helm.errors import ArgumentError, KubeconfigError, LoginError

from tests.cluster.api.servers import Certificates, encoded, kubeconfig, request, response, served
from tests.cluster.server import GOOD, Server

SERVER = {"server": "http://127.0.0.1:1"}
KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: first}}
- {name: two, context: {cluster: c, user: u, namespace: second}}
- {name: three, context: {cluster: c, user: u}}
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
"""


class InCluster:
    """As in dask-kubernetes."""


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (None, Access()),
        ("file", Access("file")),
        (Path("file"), Access("file")),
        (InCluster(), Access()),
        ([InCluster(), SimpleNamespace(config_file="f", context="c")], Access("f", "c")),
        (SimpleNamespace(config_file=None, context=None), Access()),
    ],
)
def test_the_old_argument_auth_is_understood(auth: Any, expected: Access) -> None:
    assert from_auth(auth, None, None) == expected
    assert from_auth(auth, "new", "newer") == Access("new", "newer")


def test_another_auth_is_refused() -> None:
    with pytest.raises(ArgumentError, match="kubeconfig='FILE'") as caught:
        from_auth(3, None, None)
    assert isinstance(caught.value, ValueError)


def load(access: Access) -> Credentials:
    return asyncio.run(access.load())


@pytest.fixture
def contexts(tmp_path: Path) -> str:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    return str(file)


@pytest.mark.parametrize(
    ("context", "namespace"), [(None, "first"), ("two", "second"), ("three", "default")]
)
def test_the_namespace_is_that_of_the_context(
    contexts: str, context: str | None, namespace: str
) -> None:
    assert load(Access(contexts, context)).namespace == namespace


def test_a_kubeconfig_without_current_context_needs_an_explicit_one(tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "k", SERVER, {"token": "t"}, name="team", current=None)
    assert load(Access(file, "team")).namespace == "team"
    with pytest.raises(
        KubeconfigError, match=r"No current context is set\. Contexts: team\. Choose one: context="
    ):
        load(Access(file))


def test_an_unknown_context_is_reported_with_the_known_ones(contexts: str) -> None:
    with pytest.raises(
        KubeconfigError, match=r"no context 'tow' \(did you mean 'two'\?\)"
    ) as error:
        load(Access(contexts, "tow"))
    assert "Contexts: one, two, three" in str(error.value)
    assert "kubectl config get-contexts" in str(error.value)


def test_two_files_in_kubeconfig_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of entries with the same name, and of current contexts, the first counts; so for kubectl."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "t").write_text("secret\n")
    first = kubeconfig(tmp_path / "a", SERVER, {"token": "one"}, name="a", current=None)
    other = tmp_path / "tokens" / "b"
    kubeconfig(other, {"server": "http://127.0.0.1:2"}, {"tokenFile": "t"}, "b", "b")
    more = yaml.safe_load(other.read_text())
    more["users"].append({"name": "a", "user": {"token": "not this one"}})
    other.write_text(yaml.safe_dump(more))
    (tmp_path / "empty").write_text("")
    missing = str(tmp_path / "missing")
    files = (missing, first, str(tmp_path / "empty"), str(other))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(files))
    assert load(Access()).authorization == "Bearer secret", "relative to its own file"
    assert load(Access()).server == "http://127.0.0.1:2"
    assert load(Access(context="a")).authorization == "Bearer one"


def test_what_cannot_be_read_is_named(contexts: str, tmp_path: Path) -> None:
    broken, list_of = tmp_path / "broken", tmp_path / "list"
    broken.write_text("{")
    list_of.write_text("[]")
    for file in ("/missing", str(broken), str(list_of)):
        with pytest.raises(KubeconfigError, match=file) as caught:
            load(Access(file))
        assert "kubectl config get-contexts" in str(caught.value)


def test_a_missing_kubeconfig_is_reported_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for places in (None, "/missing", "/missing:/other"):
        monkeypatch.delenv("KUBECONFIG", raising=False)
        if places:
            monkeypatch.setenv("KUBECONFIG", places)
        with pytest.raises(KubeconfigError) as caught:
            load(Access())
        assert f"There is no kubeconfig {places or '~/.kube/config'}. " in str(caught.value)
        assert "get-contexts" in str(caught.value)


def test_a_pod_without_a_token_is_told_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with pytest.raises(KubeconfigError, match=r"no token for the API server.*serviceAccountName"):
        load(Access())


def test_the_service_account_of_a_pod(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, contexts: str
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(credentials, "SERVICE_ACCOUNT", tmp_path)
    assert not Access().in_pod
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "namespace").write_text("team")
    (tmp_path / "ca.crt").write_text(Certificates(tmp_path).certificate)
    assert Access().in_pod
    assert not Access(contexts).in_pod
    assert not Access(context="two").in_pod
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    found = load(Access())
    assert (found.server, found.namespace) == ("https://[fd00::1]:443", "team")
    assert found.authorization == "Bearer secret"
    assert found.proxy is None, "in a pod never a proxy"
    monkeypatch.setenv("KUBECONFIG", contexts)
    assert not Access().in_pod


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"certificate-authority": "/missing/ca"}, "cannot read certificate-authority /missing/ca"),
        ({"certificate-authority-data": "YQ=="}, r"Cannot use certificate-authority\(-data\)"),
        ({"client-key-data": "YQ=="}, r"Cannot use client-certificate.* with client-key\(-data\)"),
        ({"client-certificate-data": "a"}, "client-certificate-data is not base64"),
        ({"server": "https://h:abc"}, "server must be an http:// or https:// URL, .*h:abc"),
        ({"server": "h:1"}, "server must be"),
        ({"proxy-url": "h:1"}, "The proxy must be an http:// or https:// URL"),
        ({"proxy-url": "socks5://h:1"}, "The proxy must be an http:// or https:// URL"),
    ],
)
def test_what_is_wrong_in_a_kubeconfig_is_named(
    temporary: Path, tmp_path: Path, wrong: dict[str, str], message: str
) -> None:
    own = Certificates(tmp_path)
    user = {**own.user, **{key: wrong[key] for key in own.user if key in wrong}}
    rest = {key: value for key, value in wrong.items() if key not in user}
    cluster = {**own.cluster("https://127.0.0.1:1"), **rest}
    if "certificate-authority" in wrong:
        del cluster["certificate-authority-data"]
    file = kubeconfig(tmp_path / "kubeconfig", cluster, user)
    with pytest.raises(KubeconfigError, match=rf"kubeconfig .*/kubeconfig: .*{message}"):
        load(Access(file))
    assert list(discover(kubeconfig=file)) == []
    assert not list(temporary.iterdir())


def test_certificates_leave_no_file_behind(temporary: Path, tmp_path: Path) -> None:
    """Neither while the handle is open, nor when a second one uses the same certificates."""
    own, seen = Certificates(tmp_path), list[Path]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(temporary.iterdir())
        await request(reader)
        writer.write(response('{"items": []}'))

    async def run() -> None:
        async with served(answer, ssl=own.context) as port:
            file = kubeconfig(tmp_path / "k", own.cluster(f"https://127.0.0.1:{port}"), own.user)
            for _ in range(2):
                async with Kubernetes(Access(file)) as client:
                    assert await client.labelled("pods", "n", "a") == []
                    seen.extend(temporary.iterdir())

    asyncio.run(run())
    assert seen == []


@pytest.mark.parametrize("verify", [True, False])
def test_the_servers_certificate_is_verified_unless_told_otherwise(
    tmp_path: Path, verify: bool
) -> None:
    own = Certificates(tmp_path)
    cluster: dict[str, Any] = {"server": "https://127.0.0.1:1"}
    if not verify:
        cluster["insecure-skip-tls-verify"] = True
    found = load(Access(kubeconfig(tmp_path / "k", cluster, own.user)))
    assert found.tls.context.check_hostname is verify


Plugin = Callable[..., str]

PROGRAM = """#!{python}
import json, pathlib, sys, time
log = pathlib.Path({log!r})
log.write_text(log.read_text() + "x")
number = len(log.read_text())
status = {status!r}
status = {{key: value.replace("NUMBER", str(number)) for key, value in status.items()}}
if "expirationTimestamp" in status:
    then = time.time() + float(status["expirationTimestamp"])
    status["expirationTimestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then))
print(json.dumps({{"apiVersion": {version!r}, "kind": "ExecCredential", "status": status}}))
sys.exit({code})
"""
VERSION = "client.authentication.k8s.io/v1"


@pytest.fixture
def plugin(server: Server, tmp_path: Path) -> Plugin:
    """Return what lets the kubeconfig of the server use a login program with this status."""
    log = tmp_path / "runs"
    log.write_text("")

    def use(status: dict[str, str], code: int = 0, **more: Any) -> str:
        program = tmp_path / "login"
        given = {"python": sys.executable, "log": str(log), "version": VERSION, "code": code}
        program.write_text(PROGRAM.format(status=status, **given))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        user = {"exec": {"apiVersion": VERSION, "command": "./login", **more}}
        cluster = {"server": f"http://127.0.0.1:{server.port}"}
        return kubeconfig(server.kubeconfig, cluster, user)

    return use


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    opened = Server(tmp_path)
    yield opened
    opened.stop()


def ask(file: str, times: int = 1, pause: float = 0) -> None:
    async def run() -> None:
        async with Kubernetes(Access(file)) as client:
            for _ in range(times):
                await client.labelled("pods", "n", "a")
                await asyncio.sleep(pause)

    asyncio.run(run())


def tokens(server: Server) -> list[str]:
    return [token for _, _, token in server.asked]


def test_a_token_that_has_expired_is_fetched_again_from_the_login_program(
    server: Server, plugin: Plugin
) -> None:
    file = plugin({"token": "tokenNUMBER", "expirationTimestamp": "-1"})
    ask(file, times=2)
    assert tokens(server) == ["Bearer token2", "Bearer token3"]


def test_a_token_that_is_valid_is_kept(server: Server, plugin: Plugin) -> None:
    ask(plugin({"token": "tokenNUMBER", "expirationTimestamp": "3600"}), times=3)
    assert tokens(server) == ["Bearer token1"] * 3


def test_a_token_that_is_rejected_is_fetched_again(server: Server, plugin: Plugin) -> None:
    server.answers = [GOOD, (401, {"message": "Unauthorized"}), GOOD]
    ask(plugin({"token": "tokenNUMBER"}), times=2)
    assert tokens(server) == ["Bearer token1", "Bearer token1", "Bearer token2"]


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        ({}, 0, "login returned neither a token nor a certificate"),
        ({"token": "t"}, 3, "process returned 3"),
    ],
)
def test_a_login_program_that_fails_is_reported(
    plugin: Plugin, status: dict[str, str], code: int, message: str
) -> None:
    with pytest.raises(KubeconfigError, match=message):
        load(Access(plugin(status, code)))


def test_a_login_program_that_is_missing_is_named(plugin: Plugin) -> None:
    with pytest.raises(KubeconfigError, match="no-such-program"):
        load(Access(plugin({}, command="no-such-program")))


def test_a_login_that_fails_later_is_a_login_error(server: Server, plugin: Plugin) -> None:
    server.answers = [(401, {"message": "Unauthorized"})]
    file = plugin({"token": "t"})

    async def run() -> None:
        async with Kubernetes(Access(file)) as client:
            plugin({"token": "t"}, code=3)
            await client.labelled("pods", "n", "a")

    with pytest.raises(LoginError, match="process returned 3"):
        asyncio.run(run())


def test_new_certificates_of_a_login_program_need_new_connections(tmp_path: Path) -> None:
    """A log that is followed over an old connection is not cut off."""
    first, second = Certificates(tmp_path), Certificates(tmp_path)
    numbers, end = itertools.count(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = next(numbers)
        while line := (await request(reader))[0]:
            if "/log" in line:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await end.wait()
                return writer.write(b"late\n")
            status = "401 Unauthorized" if connection == 1 else "200 OK"
            writer.write(response('{"items": []}', status, close=False))
        return None

    def log_in(own: Certificates, port: int) -> str:
        status = {"clientCertificateData": own.certificate, "clientKeyData": own.key}
        credential = {"apiVersion": VERSION, "kind": "ExecCredential", "status": status}
        (tmp_path / "answer").write_text(json.dumps(credential))
        program = {"apiVersion": VERSION, "command": "cat", "args": [str(tmp_path / "answer")]}
        cluster = second.cluster(f"https://127.0.0.1:{port}")
        return kubeconfig(tmp_path / "k", cluster, {"exec": program})

    async def run() -> None:
        context = second.context
        context.verify_mode = ssl.CERT_NONE
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(served(answer, ssl=context))
            access = Access(log_in(first, port))
            client = await stack.enter_async_context(Kubernetes(access))
            log = await stack.enter_async_context(client.follow("n", "p", {}))
            log_in(second, port)
            assert await client.labelled("pods", "n", "a") == []
            end.set()
            assert [line async for line in log] == ["late"]

    asyncio.run(run())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # how kubernetes_asyncio calls aiohttp
def test_an_open_id_token_that_has_expired_is_refreshed_and_saved(tmp_path: Path) -> None:
    """As kubectl does: the refresh token may be valid only once."""

    def token(name: str, expires: float) -> str:
        claims = encoded(json.dumps({"sub": name, "exp": expires})).rstrip("=")
        return f"e30.{claims}.signature"

    new = token("new", time.time() + 3600)

    async def issuer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, headers = await request(reader)
        address = f"http://{headers['host']}"
        if "openid-configuration" in line:
            writer.write(response(json.dumps({"token_endpoint": f"{address}/token"})))
        else:
            await reader.readexactly(int(headers["content-length"]))
            writer.write(response(json.dumps({"id_token": new, "refresh_token": "second"})))

    async def run() -> None:
        async with served(issuer) as port:
            settings = {
                "client-id": "i",
                "client-secret": "s",
                "idp-issuer-url": f"http://127.0.0.1:{port}",
                "id-token": token("old", time.time() - 3600),
                "refresh-token": "first",
            }
            user = {"auth-provider": {"name": "oidc", "config": settings}}
            file = kubeconfig(tmp_path / "k", SERVER, user)
            assert (await Access(file).load()).authorization == f"Bearer {new}"
            saved = yaml.safe_load(Path(file).read_text())["users"][0]["user"]
            assert saved["auth-provider"]["config"]["refresh-token"] == "second"
            assert (await Access(file).load()).authorization == f"Bearer {new}"

    asyncio.run(run())
