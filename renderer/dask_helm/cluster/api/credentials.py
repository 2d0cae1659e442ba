"""Loads credentials: those of a kubeconfig's context, or of a pod's service account.

Tokens, login programs and OpenID Connect are left to `kubernetes_asyncio`. Certificates are not:
its loader writes keys into temporary files, which remain until the program exits.
"""

import os
import ssl
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubernetes_asyncio.client import Configuration
from kubernetes_asyncio.config.dateutil import parse_rfc3339
from kubernetes_asyncio.config.exec_provider import ExecProvider
from kubernetes_asyncio.config.incluster_config import InClusterConfigLoader
from kubernetes_asyncio.config.kube_config import ConfigNode, KubeConfigLoader

from dask_helm.cluster.api import kubeconfig
from dask_helm.cluster.api.kubeconfig import Entry, Kubeconfig
from dask_helm.cluster.api.proxy import environment_proxy
from dask_helm.errors import ArgumentError, KubeconfigError, hint

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
# A token in a file is read again after this time, as kubectl does.
FILE_TOKEN_SECONDS = 60.0


@dataclass(frozen=True)
class Tls:
    """Certificates and keys as PEM text, and whether the server's certificate is verified."""

    authority: str | None = None
    certificate: str | None = None
    key: str | None = None
    verify: bool = True

    @cached_property
    def context(self) -> ssl.SSLContext:
        """The SSL context. Raises KubeconfigError for text that is not PEM."""
        try:
            context = ssl.create_default_context(cadata=self.authority)
        except (ssl.SSLError, ValueError) as error:
            raise KubeconfigError(f"Cannot use certificate-authority(-data): {error}") from error
        # kubectl accepts certificate authorities that do not follow RFC 5280 to the letter.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.certificate:
            self._load_chain(context)
        return context

    def _load_chain(self, context: ssl.SSLContext) -> None:
        """Load certificate and key from temporary files, because OpenSSL only accepts files."""
        with tempfile.TemporaryDirectory() as folder:
            chain, key = Path(folder, "certificate"), Path(folder, "key")
            chain.write_text(self.certificate or "")
            key.touch(0o600)
            key.write_text(self.key or "")
            try:
                context.load_cert_chain(chain, key, password="")  # without it, OpenSSL would prompt
            except (ssl.SSLError, ValueError) as error:
                raise KubeconfigError(
                    f"Cannot use client-certificate(-data) with client-key(-data): {error}"
                ) from error


@dataclass(frozen=True)
class Credentials:
    """The address of the API server, and the credentials for it.

    `authorization` is the header of that name; `expires` is the time (as `time.time`) after which
    the credentials must be loaded again, None for never.
    """

    server: str
    namespace: str
    authorization: str | None = None
    tls: Tls = Tls()
    tls_server_name: str | None = None
    proxy: str | None = None
    expires: float | None = None

    @property
    def expired(self) -> bool:
        """Whether the credentials must be loaded again."""
        return self.expires is not None and time.time() > self.expires


@dataclass(frozen=True)
class Access:
    """A choice of credentials; None means kubectl's default.

    In a pod the service account comes after KUBECONFIG, and before ~/.kube/config.
    """

    kubeconfig: str | None = None
    context: str | None = None

    @property
    def in_pod(self) -> bool:
        """Whether the service account of a pod is used."""
        chosen = self.kubeconfig or self.context or os.environ.get("KUBECONFIG")
        return not chosen and (SERVICE_ACCOUNT / "token").exists()

    def __str__(self) -> str:
        if self.in_pod:
            return f"service account in {SERVICE_ACCOUNT}"
        files = f"kubeconfig {kubeconfig.named(self.kubeconfig)}"
        return files + (f", context {self.context}" if self.context else "")

    async def load(self) -> Credentials:
        """Read the credentials; a login program may run. Raises KubeconfigError."""
        files = [] if self.in_pod else kubeconfig.paths(self.kubeconfig)
        merged = kubeconfig.read(files)
        try:
            found = await (_of_pod() if self.in_pod else self._of_kubeconfig(merged))
            if found.server.startswith("https:"):
                _ = found.tls.context  # so that unusable certificates are reported here
        except KubeconfigError as error:
            advice = error.hint or kubeconfig.HINT
            raise KubeconfigError(f"{self}: {error.message}", hint=advice) from error
        except Exception as error:  # any error of a login program or the library
            reason = str(error) or type(error).__name__
            raise KubeconfigError(f"{self}: {reason}", hint=kubeconfig.HINT) from error
        return found

    async def _of_kubeconfig(self, merged: Kubeconfig) -> Credentials:
        context = merged.context(self.context)
        cluster, user = merged.cluster(context), merged.user(context)
        login = await _login(user) if "exec" in user.values else {}
        loaded = await _loaded(cluster, user, login.get("token"))
        server = _checked_url(loaded.host, "server")
        proxy = loaded.proxy or environment_proxy(server)
        tls = Tls(
            authority=cluster.pem("certificate-authority"),
            certificate=login.get("clientCertificateData") or user.pem("client-certificate"),
            key=login.get("clientKeyData") or user.pem("client-key"),
            verify=loaded.verify_ssl,
        )
        expires = time.time() + FILE_TOKEN_SECONDS if "tokenFile" in user.values else None
        if given := login.get("expirationTimestamp"):
            expires = parse_rfc3339(given).timestamp()
        return Credentials(
            server=server,
            namespace=context.values.get("namespace") or "default",
            authorization=loaded.api_key.get("BearerToken", "").strip() or None,
            tls=tls,
            tls_server_name=loaded.tls_server_name,
            proxy=_checked_url(proxy, "The proxy") if proxy else None,
            expires=expires,
        )


async def _of_pod() -> Credentials:
    """Return the credentials of a pod's service account; the server is never behind a proxy."""
    loaded = Configuration()
    certificate = SERVICE_ACCOUNT / "ca.crt"
    loader = InClusterConfigLoader(
        token_filename=str(SERVICE_ACCOUNT / "token"),
        cert_filename=str(certificate),
        try_refresh_token=False,
    )
    loader.load_and_set(loaded)
    return Credentials(
        server=str(loaded.host),
        namespace=(SERVICE_ACCOUNT / "namespace").read_text().strip(),
        authorization=loaded.api_key["BearerToken"].strip(),
        tls=Tls(authority=certificate.read_text()),
        expires=time.time() + FILE_TOKEN_SECONDS,
    )


async def _login(user: Entry) -> dict[str, Any]:
    """Run the login program of a user; return the `status` of its ExecCredential."""
    given = dict(user.values["exec"])
    if os.sep in str(given.get("command", "")):
        given["command"] = str(user.path.parent / given["command"])
    status: dict[str, Any] = await ExecProvider(ConfigNode(f"user {user.name}", given)).run()
    if not ("token" in status or {"clientCertificateData", "clientKeyData"} <= set(status)):
        raise KubeconfigError(f"{given['command']} returned neither a token nor a certificate")
    return status


async def _loaded(cluster: Entry, user: Entry, token: str | None) -> Configuration:
    """Load a cluster and a user with the library, without certificates.

    `token` comes from the login program. A refreshed OpenID Connect token is saved.
    """
    names = ["token", "username", "password", "auth-provider"]
    own = {key: user.values[key] for key in names if user.values.get(key)}
    if token:
        own = {"token": token}
    elif file := user.file("tokenFile"):
        own = {"tokenFile": str(file)}
    names = ["server", "insecure-skip-tls-verify", "tls-server-name", "proxy-url"]
    reached = {key: cluster.values[key] for key in names if cluster.values.get(key)}
    given = {
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": reached}],
        "users": [{"name": "u", "user": own}],
    }
    loaded = Configuration()
    loader = KubeConfigLoader(given, "c", config_persister=lambda _: kubeconfig.save_user(user))
    await loader.load_and_set(loaded)
    return loaded


def _checked_url(url: str | None, key: str) -> str:
    """Return the URL. Raises KubeconfigError for an invalid one."""
    parts = urlsplit(url or "")
    try:
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise KubeconfigError(f"{key} must be an http:// or https:// URL, got {url!r}")
    return str(url)


def from_auth(auth: Any, kubeconfig: str | None, context: str | None) -> Access:
    """Convert the old argument `auth`; the newer arguments take precedence.

    `auth` is a path, or one or several of dask-kubernetes' InCluster and KubeConfig; the first
    KubeConfig is used. Raises ArgumentError for anything else.
    """
    old = Access()
    for one in auth if isinstance(auth, list | tuple) else [auth]:
        if one is None or type(one).__name__ == "InCluster":
            continue
        if isinstance(one, str | Path):
            old = Access(str(one))
        elif hasattr(one, "config_file"):
            old = Access(_path(one.config_file), getattr(one, "context", None))
        else:
            advice = hint("Use: {}", kubeconfig="FILE", context="NAME")
            raise ArgumentError(f"Unknown value for `auth`: {one!r}", hint=advice)
        break
    return Access(_path(kubeconfig) or old.kubeconfig, context or old.context)


def _path(path: Any) -> str | None:
    return str(path) if path else None
