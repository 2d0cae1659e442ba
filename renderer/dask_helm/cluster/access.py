"""Who asks the API server: a kubeconfig with a context, or the service account of a pod."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kr8s.asyncio import Api

from dask_helm.errors import KubeconfigError

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
            raise KubeconfigError(f"{self}: {_said(error)}. {_ADVICE}") from error
        return api

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


def from_auth(auth: Any, kubeconfig: str | None, context: str | None) -> Access:
    """Return what the old argument `auth` means; the newer ones win over it.

    `auth` is a path, or one or several of dask-kubernetes' InCluster and KubeConfig, of which the
    first counts that says something. Raises ValueError for anything else.
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
    raise ValueError(f"auth is {auth!r}; write kubeconfig=FILE and context=NAME instead")


def _path(path: Any) -> str | None:
    return str(path) if path else None
