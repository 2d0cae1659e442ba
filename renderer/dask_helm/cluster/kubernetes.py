"""The API server: all that the handle asks of Kubernetes goes through here."""

import asyncio
import json
import os
import re
import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from typing import Any

import httpx
from kr8s import APITimeoutError
from kr8s.asyncio import Api

from dask_helm.cluster import access, dialing
from dask_helm.cluster.access import Access
from dask_helm.cluster.websocket import Local, RefusedError, Tunnel
from dask_helm.errors import (
    ForbiddenError,
    KubernetesError,
    LoginError,
    MissingError,
    UnavailableError,
)

Object = dict[str, Any]
Lines = AbstractAsyncContextManager[AsyncIterator[str]]

_GROUPS = {"deployments": "apps/v1", "ingresses": "networking.k8s.io/v1"}  # the others are in v1
_METHODS = {"get": "GET", "list": "GET", "watch": "GET", "patch": "PATCH", "create": "POST"}
_PATIENCE = httpx.Timeout(30, connect=10)
# A connection may be dead without a word, after a laptop's sleep for instance. Who follows goes on.
_SILENCE = 180.0
_ENDLESS = httpx.Timeout(30, connect=10, read=_SILENCE)
# One that has answered before is asked again for so long: it may have been restarted.
_RETURNS, _PAUSE = 20.0, 0.5
_SHOWN = 100  # characters of a page that nobody asked for
_MERGE = {"content-type": "application/merge-patch+json"}


@dataclass(frozen=True)
class Target:
    """What a request is about; no namespace means all of them, `part` is a sub-resource."""

    kind: str
    namespace: str = ""
    name: str = ""
    part: str = ""

    @property
    def resource(self) -> str:
        """What a Role calls it: `deployments/scale`."""
        return "/".join(filter(None, (self.kind, self.part)))

    @property
    def call(self) -> dict[str, Any]:
        """The arguments by which kr8s makes the URL."""
        url = "/".join(filter(None, (self.kind, self.name, self.part)))
        version = _GROUPS.get(self.kind, "v1")
        return {"version": version, "namespace": self.namespace or None, "url": url}

    @property
    def path(self) -> str:
        """The path of the URL of an object in the core API."""
        call = self.call
        return f"/api/{call['version']}/namespaces/{call['namespace']}/{call['url']}"


class Kubernetes:
    """A session with the API server; each method raises KubernetesError or one below it."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._api: Api | None = None
        self._users: Counter[httpx.AsyncClient] = Counter()
        self._files: list[str] = []
        # A program may end without `close`, and a private key must not stay behind.
        weakref.finalize(self, _tidy, self._files, os.getpid())
        self._logging_in = asyncio.Lock()
        self._has_answered = False

    async def __aenter__(self) -> "Kubernetes":
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Read the credentials; nothing is asked of the API server yet."""
        self._api = await self.access.login()
        self._files += access.temporary_files(self._api)
        await self.access.session(self._api)

    async def close(self) -> None:
        """End all connections, and remove the files that hold credentials."""
        if self._api is None:
            return
        for session in {*self._users, self._api._session}:  # kr8s has no way to close it
            if session:
                await session.aclose()
        self._users.clear()
        access.remove(self._files)
        self._api = None

    @property
    def api(self) -> Api:
        """The session of kr8s."""
        if self._api is None:
            raise UnavailableError("this handle is closed")
        return self._api

    @property
    def namespace(self) -> str:
        """The namespace that is meant when none is named."""
        return self.access.namespace(self.api)

    async def labelled(self, kind: str, namespace: str, selector: str) -> list[Object]:
        """Return the objects of a kind that have these labels; no namespace means all."""
        return await self.find(kind, namespace, {"labelSelector": selector})

    async def find(self, kind: str, namespace: str, params: dict[str, str]) -> list[Object]:
        """Return the objects of a kind that the parameters of the API choose."""
        target = Target(kind, namespace)
        found = _object(await self._ask("list", target, params=params), "items")
        return list(found["items"] or [])

    async def get(self, kind: str, namespace: str, name: str, part: str = "") -> Object:
        """Return one object."""
        return _object(await self._ask("get", Target(kind, namespace, name, part)))

    async def patch(self, target: Target, body: Object, dry_run: bool = False) -> Object:
        """Merge a body into an object and return it; a dry run only tells whether it may be."""
        params = {"dryRun": "All"} if dry_run else {}
        sent = {"content": json.dumps(body), "headers": _MERGE, "params": params}
        return _object(await self._ask("patch", target, **sent))

    async def log(self, namespace: str, pod: str, params: dict[str, str]) -> str:
        """Return what a pod has printed."""
        return (await self._ask("get", Target("pods", namespace, pod, "log"), params=params)).text

    def follow(self, namespace: str, pod: str, params: dict[str, str]) -> Lines:
        """Yield the lines that a pod prints, as they come."""
        return self._lines("get", Target("pods", namespace, pod, "log"), follow="true", **params)

    def watch(self, kind: str, namespace: str, selector: str) -> Lines:
        """Yield an event, as JSON, for each object with these labels, and for all that changes."""
        return self._lines("watch", Target(kind, namespace), watch="true", labelSelector=selector)

    @asynccontextmanager
    async def _lines(
        self, verb: str, target: Target, **params: str
    ) -> AsyncIterator[AsyncIterator[str]]:
        options = {"params": params, "timeout": _ENDLESS, "stream": True}
        async with self._sent(verb, target, **options) as response:
            if response.is_error:
                await response.aread()
                _check(response, verb, target)
            yield response.aiter_lines()

    async def tunnel(self, namespace: str, pod: str, port: int, local: Local) -> Tunnel:
        """Return an open tunnel to a port of a pod."""
        asked, session = Target("pods", namespace, pod, "portforward"), self.api._session
        for last in (False, True):
            try:
                with _translated(self.access):
                    return await dialing.dial(self.api.auth, f"{asked.path}?ports={port}", local)
            except RefusedError as refused:
                url = httpx.Request("GET", f"{self.api.auth.server}{asked.path}")
                answer = httpx.Response(refused.status, content=refused.body, request=url)
                if last or answer.status_code != httpx.codes.UNAUTHORIZED:
                    raise _stranger(_check(answer, "get", asked)) from refused
            await self._login_again(session)
        raise AssertionError

    async def _ask(self, verb: str, target: Target, **options: Any) -> httpx.Response:
        deadline = time.monotonic() + _RETURNS
        while True:
            try:
                return await self._ask_once(verb, target, **options)
            except UnavailableError:
                closed = self._api is None
                if closed or not self._has_answered or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_PAUSE)

    async def _ask_once(self, verb: str, target: Target, **options: Any) -> httpx.Response:
        session = self.api._session
        async with self._sent(verb, target, **options) as response:
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return _check(response, verb, target)
        # A token may have expired: its file, or the program that gives it, has a newer one.
        await self._login_again(session)
        async with self._sent(verb, target, **options) as response:
            return _check(response, verb, target)

    async def _login_again(self, refused: httpx.AsyncClient | None) -> None:
        """Replace a session that was refused, once for all the requests that were."""
        async with self._logging_in:
            if self.api._session is not refused:
                return
            await self._read_again()
            self.api._session = None  # kr8s would close it, with requests under way
            try:
                await self.access.session(self.api)
            finally:
                await self._retire(refused)

    async def _read_again(self) -> None:
        """Read the credentials again; files are made of them anew."""
        before = list(self._files)
        try:
            await access.authenticate(self.api)
        except Exception as error:
            raise LoginError(f"{self.access}: {error}") from error
        finally:
            with suppress(Exception):  # a kubeconfig that cannot be read any more has made none
                self._files += access.temporary_files(self.api)
        self._files[:] = [file for file in self._files if file not in before]
        access.remove(before)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[None]:
        """Take part in the present session; one that was replaced is closed by its last user."""
        async with self._logging_in:
            session = self.api._session or await self.access.session(self.api)
        self._users[session] += 1
        try:
            yield
        finally:
            self._users[session] -= 1
            await self._retire(session)

    async def _retire(self, session: httpx.AsyncClient | None) -> None:
        """Close a session that nobody uses, unless it is the present one."""
        present = self._api._session if self._api else None
        if session and session is not present and not self._users[session]:
            del self._users[session]
            await session.aclose()

    @asynccontextmanager
    async def _sent(
        self, verb: str, target: Target, **options: Any
    ) -> AsyncIterator[httpx.Response]:
        call = {"timeout": _PATIENCE, **target.call, **options, "raise_for_status": False}
        with _translated(self.access):
            async with self._session(), self.api.call_api(_METHODS[verb], **call) as response:
                self._has_answered = True
                yield response


def _tidy(files: list[str], process: int) -> None:
    if os.getpid() == process:  # a fork of it still needs them
        access.remove(files)


def _check(response: httpx.Response, verb: str, target: Target) -> httpx.Response:
    """Return a good answer, and raise what a bad one means."""
    if response.is_success:
        return response
    said, status = _said(response), response.status_code
    if status == httpx.codes.FORBIDDEN:
        refused = _REFUSED.search(said)
        right = refused[1] if refused else verb
        raise ForbiddenError(right, target.resource, target.namespace, said)
    kind, text = _MEANINGS.get(status, (KubernetesError, f"{verb} {target.resource} {target.name}"))
    raise kind(f"{text}: {said}" if text else said, status)


_LOGIN = "your token may have expired (log in again as you do for kubectl)"
_NOT_NOW = (UnavailableError, "the API server does not answer now")
_MEANINGS: dict[int, tuple[type[KubernetesError], str]] = {
    401: (LoginError, f"the API server knows you not; {_LOGIN}"),
    404: (MissingError, ""),
    **dict.fromkeys((429, 502, 503, 504), _NOT_NOW),
}
# For a port-forward a GET that is upgraded counts as `get`, and from Kubernetes 1.35 as `create`.
_REFUSED = re.compile(r'cannot (\w+) resource "')


def _said(response: httpx.Response) -> str:
    with suppress(ValueError, TypeError, KeyError):
        return str(response.json()["message"])
    return f"HTTP {response.status_code} {response.reason_phrase}"


def _object(response: httpx.Response, part: str = "metadata") -> Object:
    """Return the object in a good answer, which has such a part."""
    with suppress(ValueError):
        found: Object = response.json()
        if isinstance(found, dict) and part in found:
            return found
    raise _stranger(response)


def _stranger(response: httpx.Response) -> KubernetesError:
    """Return what to say of a good answer that no API server gives: a proxy's page, or a login."""
    where, told = str(response.url).partition("?")[0], " ".join(response.text.split())
    return KubernetesError(
        f"what answers at {where} is no API server, but perhaps a proxy or its login page; log in "
        f"there, or mend `server` in the kubeconfig. It says: {told[:_SHOWN] or 'nothing'}",
        response.status_code,
    )


@contextmanager
def _translated(access: Access) -> Iterator[None]:
    """Turn what the network does into errors of ours."""
    try:
        yield
    except KubernetesError:
        raise
    except (httpx.RequestError, httpx.InvalidURL, APITimeoutError, OSError) as error:
        said = str(error) or type(error).__name__
        raise UnavailableError(f"the API server does not answer ({access}): {said}") from error
