"""Determines whether the scheduler requires TLS, and finds the certificates.

The certificates come from the user, from Dask's configuration (as in a pod of the release), or from
the Secret that the scheduler's pod mounts: its configuration names files, its mounts the Secret.
"""

import base64
import ssl
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from distributed.security import Security

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.connect.scheduler import Scheduler, option
from dask_helm.cluster.release import pods
from dask_helm.errors import ForbiddenError, Hint, MissingError, TlsError

_PREFIX = "DASK_DISTRIBUTED__COMM__"
# Where the parts of a client's Security may be configured: variables, then options.
_SOURCES = {
    "tls_ca_file": ("TLS__CA_FILE", "--tls-ca-file"),
    "tls_client_cert": ("TLS__CLIENT__CERT", "TLS__SCHEDULER__CERT", "--tls-cert"),
    "tls_client_key": ("TLS__CLIENT__KEY", "TLS__SCHEDULER__KEY", "--tls-key"),
}
_HINT = Hint(
    "In Python, pass security=distributed.Security(tls_ca_file=FILE, tls_client_cert=FILE, "
    "tls_client_key=FILE, require_encryption=True). Everywhere, you can set "
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


async def security(
    kubernetes: Kubernetes, scheduler: Scheduler, given: Any, address: str | None = None
) -> Security | None:
    """Return the security of connections, None if they are not encrypted. Raises TlsError.

    `address` is the user's argument. As in `distributed`, a CA file in Dask's configuration alone
    does not require encryption.
    """
    if given is not None:
        return given if isinstance(given, Security) else Security(**given)
    configured = Security()
    if not (configured.require_encryption or _is_tls(address) or required(scheduler)):
        return None
    if configured.tls_ca_file:
        return configured
    files = _files(scheduler)
    if scheduler.deployment is None or len(files) < len(_SOURCES):
        raise TlsError(
            f"The scheduler at {scheduler.address} requires TLS, or its address or Dask's "
            "configuration does, and no certificates were found",
            hint=_HINT,
        )
    texts = {
        part: await _read(kubernetes, scheduler.deployment, PurePosixPath(path))
        for part, path in files.items()
    }
    return Security(require_encryption=True, **texts)


def protocol(scheduler: Scheduler, found: Security | None) -> str:
    """Return the protocol of the scheduler's address."""
    given = scheduler.address.partition("://")[0]
    return "tls" if given == "tcp" and found is not None and found.tls_ca_file else given


def connection_args(found: Security | None) -> dict[str, Any]:
    """Return the arguments of `distributed`'s connections. Raises TlsError for bad certificates."""
    if found is None:
        return {}
    for part in _SOURCES:
        content(getattr(found, part))  # OpenSSL does not name a file that is missing
    try:
        arguments: dict[str, Any] = found.get_connection_args("client")
    except ssl.SSLError as error:
        raise TlsError(f"The certificates for the scheduler are invalid: {error}") from error
    return arguments


def content(given: str | None) -> str | None:
    """Return the text of a certificate or key, which `distributed` takes in place of a file."""
    if not given or "\n" in given:
        return given or None
    try:
        return Path(given).read_text("utf-8", "replace")  # comments may be in any encoding
    except OSError as error:
        raise TlsError(f"Cannot read the certificate file {given}: {error.strerror}") from error


def required(scheduler: Scheduler) -> bool:
    """Return whether, according to its objects, the scheduler requires encrypted connections."""
    if _is_tls(scheduler.address) or "tls_ca_file" in _files(scheduler):
        return True
    words = pods.arguments(scheduler.deployment) if scheduler.deployment else []
    return option(words, "--protocol").startswith("tls")


def _is_tls(address: str | None) -> bool:
    return (address or "").startswith("tls://")


def _files(scheduler: Scheduler) -> dict[str, str]:
    """Return the files in which the scheduler's pod has its certificates."""
    if scheduler.deployment is None:
        return {}
    variables = pods.environment(scheduler.deployment)
    words = pods.arguments(scheduler.deployment)
    found = {
        part: [variables.get(_PREFIX + name) or option(words, name) for name in names]
        for part, names in _SOURCES.items()
    }
    return {part: next(filter(None, paths)) for part, paths in found.items() if any(paths)}


async def _read(kubernetes: Kubernetes, deployment: Object, path: PurePosixPath) -> str:
    """Return the content of a file of the pod that comes from a Secret."""
    name, key = _source(deployment, path)
    namespace = deployment["metadata"]["namespace"]
    try:
        secret = await kubernetes.get("secrets", namespace, name)
        return base64.b64decode(secret["data"][key]).decode()
    except (ForbiddenError, MissingError, KeyError) as error:
        raise TlsError(
            f"The scheduler requires TLS. Its certificates are in Secret {name} ({key}) of "
            f"namespace {namespace}, which cannot be read: {error}",
            hint=_HINT,
        ) from error


def _source(deployment: Object, path: PurePosixPath) -> tuple[str, str]:
    """Return the Secret, and the key in it, that a file of the pod comes from."""
    spec = deployment["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    for mount in spec["containers"][0].get("volumeMounts", []):
        for secret, items in _secrets(volumes.get(mount["name"], {})):
            folder = PurePosixPath(mount["mountPath"])
            file = None
            if mount.get("subPath"):
                file = str(mount["subPath"]) if path == folder else None
            elif path.is_relative_to(folder):
                file = str(path.relative_to(folder))
            if file is not None:
                keys = {item["path"]: item["key"] for item in items}
                return secret, keys.get(file, file)
    raise TlsError(
        f"The scheduler requires TLS, but its file {path} does not come from a Secret", hint=_HINT
    )


def _secrets(volume: Object) -> Iterator[tuple[str, list[Object]]]:
    if secret := volume.get("secret"):
        yield secret["secretName"], secret.get("items") or []
    for source in volume.get("projected", {}).get("sources", []):
        if secret := source.get("secret"):
            yield secret["name"], secret.get("items") or []
