"""Converts answers of the API server and network failures to our exceptions."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from dask_helm.cluster.api.credentials import Access
from dask_helm.cluster.api.objects import Object, Target
from dask_helm.errors import (
    ForbiddenError,
    KubernetesError,
    LoginError,
    MissingError,
    UnavailableError,
)

_BODY_CHARACTERS = 100  # how much of an unexpected page a message quotes
_BUSY = (429, 500, 502, 503, 504)
# The missing permission, which can differ from the verb of the request: a port-forward requires
# `get` until Kubernetes 1.34, and `create` from 1.35 on.
_MISSING_RIGHT = re.compile(r'cannot (\w+) resource "')


@dataclass(frozen=True)
class Answer:
    """An answer of the API server, or of a proxy in its place."""

    url: str
    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def object(self, key: str = "metadata") -> Object:
        """Return the object in the body, which has this key. Raises KubernetesError."""
        with suppress(ValueError):
            found: Object = json.loads(self.body)
            if isinstance(found, dict) and key in found:
                return found
        raise self.foreign()

    def foreign(self) -> KubernetesError:
        """Return the error for an answer that does not come from an API server."""
        where, page = self.url.partition("?")[0], " ".join(self.text.split())
        return KubernetesError(
            f"{where} answered, but it is not a Kubernetes API server (a proxy or its login "
            "page?). Log in there, or correct `server` in the kubeconfig. The answer begins with: "
            f"{page[:_BODY_CHARACTERS] or '(nothing)'}",
            self.status,
        )

    def check(self, verb: str, target: Target) -> None:
        """Raise KubernetesError unless the status is a success."""
        if self.status < HTTPStatus.BAD_REQUEST:
            return
        reason = self._reason()
        if self.status == HTTPStatus.UNAUTHORIZED:
            raise LoginError(
                "The API server rejected your credentials (401). Your token may have expired: log "
                f"in again, as you would for kubectl. The API server's message: {reason}",
                self.status,
            )
        if self.status == HTTPStatus.FORBIDDEN:
            found = _MISSING_RIGHT.search(reason)
            right = found[1] if found else verb
            raise ForbiddenError(right, target.resource, target.namespace, reason)
        if self.status == HTTPStatus.NOT_FOUND:
            raise MissingError(reason, self.status)
        if self.status in _BUSY:
            raise UnavailableError(f"The API server is not available: {reason}", self.status)
        raise KubernetesError(f"Cannot {verb} {target}: {reason}", self.status)

    def _reason(self) -> str:
        with suppress(ValueError, TypeError, KeyError):
            return str(json.loads(self.body)["message"])
        with suppress(ValueError):
            return f"HTTP {self.status} {HTTPStatus(self.status).phrase}"
        return f"HTTP {self.status}"


@contextmanager
def translated(access: Access) -> Iterator[None]:
    """Convert network failures to UnavailableError."""
    try:
        yield
    except KubernetesError:
        raise
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        reason = _reason(error)
        raise UnavailableError(f"Cannot reach the API server ({access}): {reason}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{error.host}:{error.port}: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        text = cause.strerror or str(cause) or type(cause).__name__
        return f"{error.host}:{error.port}: {text}"
    return str(error) or type(error).__name__
