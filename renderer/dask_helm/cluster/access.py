"""Who asks the API server: a kubeconfig with a context, or the service account of a pod."""

import os
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from httpx import AsyncClient
from kr8s.asyncio import Api

from dask_helm.errors import ArgumentError, KubeconfigError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_DEFAULT = "~/.kube/config"
_NONE = "/nonexistent/kubeconfig"  # kr8s reads the default file unless it is given another one


@dataclass(frozen=True)
class Access:
    """Which credentials are used; None means what kubectl would take.

    In a pod its service account comes before ~/.kube/config, and after KUBECONFIG.
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
        return f"kubeconfig {self._files}" + (f", context {self.context}" if self.context else "")

    async def login(self) -> Api:
        """Return a session of its own with the API server. Raises KubeconfigError."""
        self._check()
        kubeconfig = _NONE if self.in_pod else self.kubeconfig
        api = Api(bypass_factory=True, kubeconfig=kubeconfig, context=self.context)
        try:
            await authenticate(api)
        except Exception as error:  # whatever a file or a login program may do
            with suppress(Exception):
                remove(temporary_files(api))
            raise KubeconfigError(f"{self}: {_said(error)}. {_ADVICE}") from error
        return api

    async def session(self, api: Api) -> AsyncClient:
        """Make a session now: kr8s would make one for each of several first requests.

        Raises KubeconfigError that names what is wrong with address or certificates.
        """
        try:
            await api._create_session()
        except Exception as error:  # as many kinds as there are libraries below
            raise KubeconfigError(f"{self}: {_flaw(api, error)}. {_ADVICE}") from error
        return cast(AsyncClient, api._session)

    def namespace(self, api: Api) -> str:
        """Return the namespace that is meant when none is named."""
        if self.in_pod:
            return (SERVICE_ACCOUNT / "namespace").read_text().strip()
        context = api.auth.kubeconfig.get_context(api.auth.active_context)
        return context.get("namespace") or "default"

    def _check(self) -> None:
        files = self._files.split(os.pathsep)
        if not (self.in_pod or any(Path(file).expanduser().is_file() for file in files)):
            raise KubeconfigError(f"there is no kubeconfig {self._files}. {_ADVICE}")

    @property
    def _files(self) -> str:
        return self.kubeconfig or os.environ.get("KUBECONFIG") or _DEFAULT


_ADVICE = "Check with `kubectl config get-contexts`, or name another with kubeconfig= or context="


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _flaw(api: Api, error: Exception) -> str:
    """Return what keeps a session from being made: OpenSSL names no file, httpx no address."""
    auth = api.auth
    files = {
        "certificate-authority": auth.server_ca_file,
        "client-certificate": auth.client_cert_file,
        "client-key": auth.client_key_file,
    }
    given = {name: Path(str(file)) for name, file in files.items() if file}
    if missing := [f"{name} {file}" for name, file in given.items() if not file.is_file()]:
        return f"there is no {missing[0]}"
    if isinstance(error, ssl.SSLError):
        return f"{_unusable(given)} cannot be used, PEM is wanted ({_said(error)})"
    return f"server {auth.server}, or the proxy to it, is no URL ({_said(error)})"


def _unusable(files: dict[str, Path]) -> str:
    """Return which files of certificates are no good, as they are called in a kubeconfig."""
    try:
        ssl.create_default_context(cafile=files.get("certificate-authority"))
    except ssl.SSLError:
        return "certificate-authority(-data)"
    return "client-certificate(-data) with client-key(-data)"


async def authenticate(api: Api) -> None:
    """Read the credentials, now or again; kr8s does not know a kubeconfig's `tokenFile`."""
    auth = api.auth
    await auth.reauthenticate()
    if file := _parts(auth)[0].get("tokenFile"):
        beside = Path(auth.kubeconfig.get_path(auth.active_context)).expanduser().parent
        auth.token = (beside / file).read_text().strip()


def _parts(auth: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the user and the cluster of a kubeconfig; both are empty where there is none."""
    if not (config := getattr(auth, "kubeconfig", None)) or not auth.active_context:
        return {}, {}
    context = config.get_context(auth.active_context)
    return config.get_user(context["user"]), config.get_cluster(context["cluster"])


def temporary_files(api: Api) -> list[str]:
    """Return the files that kr8s has made of credentials which a kubeconfig holds in itself."""
    auth = api.auth
    user, cluster = _parts(auth)
    held = (
        ("client-key-data" in user, auth.client_key_file),
        ("client-certificate-data" in user, auth.client_cert_file),
        ("certificate-authority-data" in cluster, auth.server_ca_file),
    )
    return [str(path) for temporary, path in held if temporary and path]


def remove(files: list[str]) -> None:
    """Remove files, and forget them."""
    while files:
        Path(files.pop()).unlink(missing_ok=True)


def from_auth(auth: Any, kubeconfig: str | None, context: str | None) -> Access:
    """Return what the old argument `auth` means; the newer ones win over it.

    `auth` is a path, or one or several of dask-kubernetes' InCluster and KubeConfig, of which the
    first counts that says something. Raises ArgumentError for anything else.
    """
    old = next((found for one in _listed(auth) if (found := _one(one))), Access())
    return Access(_path(kubeconfig) or old.kubeconfig, context or old.context)


def _listed(auth: Any) -> Iterable[Any]:
    return auth if isinstance(auth, list | tuple) else [auth]


def _one(auth: Any) -> Access | None:
    if auth is None or type(auth).__name__ == "InCluster":
        return None
    if isinstance(auth, str | Path):
        return Access(str(auth))
    if hasattr(auth, "config_file"):
        return Access(_path(auth.config_file), getattr(auth, "context", None))
    raise ArgumentError(f"auth is {auth!r}; write kubeconfig=FILE and context=NAME instead")


def _path(path: Any) -> str | None:
    return str(path) if path else None
