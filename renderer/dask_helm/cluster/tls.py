"""Whether the scheduler wants TLS, and with which certificates.

They come from the user, from Dask's own configuration (as in a pod of the release), or from the
Secret that the scheduler's pod mounts: its configuration names files, its mounts name the Secret.
"""

import base64
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from distributed.security import Security

from dask_helm.cluster import pods
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.scheduler import Scheduler, option
from dask_helm.errors import ForbiddenError, MissingError, TlsError

_PREFIX = "DASK_DISTRIBUTED__COMM__"
# Where the parts of a client's Security may be named: in variables, then in options.
_SOURCES = {
    "tls_ca_file": ("TLS__CA_FILE", "--tls-ca-file"),
    "tls_client_cert": ("TLS__CLIENT__CERT", "TLS__SCHEDULER__CERT", "--tls-cert"),
    "tls_client_key": ("TLS__CLIENT__KEY", "TLS__SCHEDULER__KEY", "--tls-key"),
}
_WRITE = (
    "Write: HelmCluster(…, security=distributed.Security(tls_ca_file=FILE, tls_client_cert=FILE, "
    "tls_client_key=FILE, require_encryption=True)); or set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


async def security(
    kubernetes: Kubernetes, scheduler: Scheduler, given: Any, address: str | None = None
) -> Security | None:
    """Return what connections need; None when they are not encrypted. Raises TlsError.

    `address` is that which the user names. A CA file in Dask's configuration only says with which
    certificates, as in `distributed`: a scheduler may well take connections without any.
    """
    if given is not None:
        return given if isinstance(given, Security) else Security(**given)
    configured = Security()
    if not (configured.require_encryption or _is_tls(address) or wanted(scheduler)):
        return None
    if configured.tls_ca_file:
        return configured
    return await _of_secret(kubernetes, scheduler)


def protocol(scheduler: Scheduler, found: Security | None) -> str:
    """Return the protocol of the scheduler's address."""
    given = scheduler.address.partition("://")[0]
    return "tls" if given == "tcp" and found is not None and found.tls_ca_file else given


def wanted(scheduler: Scheduler) -> bool:
    """Whether the scheduler takes only encrypted connections, as far as its objects tell."""
    if _is_tls(scheduler.address) or "tls_ca_file" in _files(scheduler):
        return True
    words = pods.arguments(scheduler.deployment) if scheduler.deployment else []
    return option(words, "--protocol").startswith("tls")


def _is_tls(address: str | None) -> bool:
    return (address or "").startswith("tls://")


def _files(scheduler: Scheduler) -> dict[str, str]:
    """Return the files that the scheduler's pod has its certificates in."""
    if scheduler.deployment is None:
        return {}
    variables = pods.environment(scheduler.deployment)
    words = pods.arguments(scheduler.deployment)
    found = {
        part: [variables.get(_PREFIX + name) or option(words, name) for name in names]
        for part, names in _SOURCES.items()
    }
    return {part: next(filter(None, paths)) for part, paths in found.items() if any(paths)}


async def _of_secret(kubernetes: Kubernetes, scheduler: Scheduler) -> Security:
    files = _files(scheduler)
    if scheduler.deployment is None or len(files) < len(_SOURCES):
        raise TlsError(
            f"the scheduler at {scheduler.address} wants TLS, or its address or Dask's "
            f"configuration does, and there are no certificates. {_WRITE}"
        )
    texts = {
        part: await _read(kubernetes, scheduler.deployment, PurePosixPath(path))
        for part, path in files.items()
    }
    return Security(require_encryption=True, **texts)


async def _read(kubernetes: Kubernetes, deployment: Object, path: PurePosixPath) -> str:
    """Return what is in a file of the pod that comes from a Secret."""
    name, key = _place(deployment, path)
    namespace = deployment["metadata"]["namespace"]
    try:
        secret = await kubernetes.get("secrets", namespace, name)
        return base64.b64decode(secret["data"][key]).decode()
    except (ForbiddenError, MissingError, KeyError) as error:
        raise TlsError(
            f"the scheduler wants TLS; its certificates are in the Secret {name} ({key}) of "
            f"namespace {namespace}, which cannot be read: {error}\n{_WRITE}"
        ) from error


def _place(deployment: Object, path: PurePosixPath) -> tuple[str, str]:
    """Return the Secret and the key in it that a file of the pod is made of."""
    spec = deployment["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    for mount in spec["containers"][0].get("volumeMounts", []):
        for secret, items in _secrets(volumes.get(mount["name"], {})):
            if (file := _inside(path, mount)) is not None:
                keys = {item["path"]: item["key"] for item in items}
                return secret, keys.get(file, file)
    raise TlsError(f"the scheduler wants TLS; its file {path} is in no Secret. {_WRITE}")


def _secrets(volume: Object) -> Iterator[tuple[str, list[Object]]]:
    if secret := volume.get("secret"):
        yield secret["secretName"], secret.get("items") or []
    for source in volume.get("projected", {}).get("sources", []):
        if secret := source.get("secret"):
            yield secret["name"], secret.get("items") or []


def _inside(path: PurePosixPath, mount: Object) -> str | None:
    """Return a file's name in the volume that is mounted, None when it is elsewhere."""
    folder = PurePosixPath(mount["mountPath"])
    if mount.get("subPath"):
        return str(mount["subPath"]) if path == folder else None
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else None
