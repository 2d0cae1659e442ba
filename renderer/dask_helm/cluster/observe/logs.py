"""The logs of pods; for a pod in trouble, they begin with the reason."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any

from distributed.utils import Log, Logs

from dask_helm.cluster.api.client import Kubernetes
from dask_helm.cluster.api.objects import Object
from dask_helm.cluster.observe.log_position import LogPosition
from dask_helm.cluster.release import pods
from dask_helm.cluster.release.events import events
from dask_helm.cluster.release.pools import Look, View
from dask_helm.cluster.tasks import end
from dask_helm.errors import ForbiddenError, KubernetesError, UnavailableError

CLUSTER = "Cluster"  # under this key, `get_logs` returns the handle's own log
_PARALLEL_REQUESTS = 32
_SHOWN_EVENTS = 5
_LOOK_SECONDS = 1.0
_QUEUED_LINES = 1000

Line = tuple[str, str]  # the name of a pod, and a line of its log


@dataclass(frozen=True)
class LogOptions:
    """A selection of logs and lines.

    `workers` can also be a list of workers: their addresses, their names or their pods.
    """

    scheduler: bool = True
    workers: bool | Iterable[str] = True
    pool: str | None = None
    jupyter: bool = False
    previous: bool = False
    tail_lines: int | None = None
    since_seconds: float | None = None

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the API."""
        since = None if self.since_seconds is None else max(int(self.since_seconds), 1)
        given = {"tailLines": self.tail_lines, "sinceSeconds": since}
        found = {key: str(value) for key, value in given.items() if value is not None}
        return found | ({"previous": "true"} if self.previous else {})

    def pods(self, view: View) -> list[Object]:
        """Return the selected pods."""
        scheme = view.release.scheme
        wanted = {scheme.scheduler: self.scheduler, scheme.jupyter: self.jupyter}
        own = [pod for part in view.others if wanted.get(part.name) for pod in part.pods]
        pools = view.selected(self.pool) if self.workers else []
        if isinstance(self.workers, bool):
            return own + [pod for pool in pools for pod in pool.pods]
        named = set(self.workers)
        return own + [pod for pool in pools for pod in pool.pods if named & pool.names(pod)]


@dataclass(frozen=True)
class Reader:
    """Reads the logs of pods in a namespace."""

    kubernetes: Kubernetes
    namespace: str

    async def read(self, options: LogOptions, view: View) -> Logs:
        """Return the logs by pod."""
        gate = asyncio.Semaphore(_PARALLEL_REQUESTS)

        async def one(pod: Object) -> str:
            async with gate:
                return await self._text(pod, options)

        found = options.pods(view)
        texts = await asyncio.gather(*map(one, found))
        return Logs(zip(map(pods.name, found), map(Log, texts), strict=True))

    async def _text(self, pod: Object, options: LogOptions) -> str:
        """Return the log of a pod; if it is in trouble, the text begins with the reason."""
        if pods.phase(pod) not in ("Running", "Succeeded", "Failed"):
            return await self._explanation(pod)
        why = await self._explanation(pod) if pods.trouble(pod) else ""
        params = {"container": _container(pod), **options.params}
        try:
            return why + await self.kubernetes.log(self.namespace, pods.name(pod), params)
        except ForbiddenError:
            raise
        except KubernetesError as error:  # it was removed, or has no earlier container
            return f"{error}\n{why or await self._explanation(pod)}"

    async def _explanation(self, pod: Object) -> str:
        """Return phase, reason and the last events of a pod."""
        trouble = pods.trouble(pod)
        reason = (trouble.reason, trouble.message) if trouble else ()
        first = ": ".join(filter(None, (f"Pod is {pods.phase(pod)}", *reason)))
        found = await events(self.kubernetes, self.namespace, pods.name(pod))
        lines = [f"  {one.get('reason')}: {one.get('message', '').strip()}" for one in found]
        return "\n".join([first, *lines[-_SHOWN_EVENTS:], ""])

    async def follow(self, options: LogOptions, look: Look) -> "AsyncGenerator[Line, None]":
        """Yield pods and new lines until closed, also of pods that start later."""
        queue: asyncio.Queue[Line] = asyncio.Queue(_QUEUED_LINES)
        watching = asyncio.create_task(self._watch(options, look, queue))
        try:
            while not watching.done() or not queue.empty():
                getting = asyncio.ensure_future(queue.get())
                await asyncio.wait((getting, watching), return_when=asyncio.FIRST_COMPLETED)
                if not getting.done():
                    getting.cancel()
                    break
                yield getting.result()
            watching.result()
        finally:
            await end(watching)

    async def _watch(self, options: LogOptions, look: Look, queue: "asyncio.Queue[Line]") -> None:
        """Run a task for each pod; pods that start later are read from their beginning."""
        tails: dict[str, _Tail] = {}
        params = options.params
        try:
            while True:
                for pod in options.pods(await _look_again(look)):
                    tail = tails.setdefault(pods.name(pod), _Tail(LogPosition(params)))
                    if _identity(pod) and (chosen := tail.next(pod)) is not None:
                        lines = self._lines(pod, tail.position, chosen, queue)
                        tail.task = asyncio.create_task(lines)
                params = {}
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await end(*(tail.task for tail in tails.values()))

    async def _lines(
        self,
        pod: Object,
        position: LogPosition,
        params: dict[str, str],
        queue: "asyncio.Queue[Line]",
    ) -> None:
        name = pods.name(pod)
        chosen = {"container": _container(pod), "timestamps": "true", **params}
        async with self.kubernetes.follow(self.namespace, name, chosen) as lines:
            async for line in lines:
                if (text := position.text(line)) is not None:
                    await queue.put((name, text))


async def _look_again(look: Look) -> View:
    """Look again after a failure: the connection can break while the machine sleeps."""
    try:
        return await look()
    except UnavailableError:
        return await look()


@dataclass
class _Tail:
    """The log of a pod that is followed: the position, the container, and the task."""

    position: LogPosition
    container: str = ""
    task: "asyncio.Task[None] | None" = None

    def next(self, pod: Object) -> dict[str, str] | None:
        """Return the parameters to start or to continue after an interruption, else None.

        Raises the ForbiddenError of the previous task.
        """
        if self.task and not self.task.done():
            return None
        error = self.task.exception() if self.task else None
        if isinstance(error, ForbiddenError):
            raise error
        broke, replaced = isinstance(error, UnavailableError), _identity(pod) != self.container
        if broke and replaced:  # first read the rest of the previous container
            return {"previous": "true", **self.position.params()}
        self.container = _identity(pod)
        runs = "running" in _status(pod).get("state", {})
        return self.position.params() if broke or replaced or runs else None


class Turns:
    """Returns one line at a time; it can be ended at any time."""

    def __init__(self, lines: "AsyncGenerator[Line, None]") -> None:
        self._lines = lines
        self._turn: asyncio.Task[Any] | None = None

    async def next(self) -> Line | None:
        """Return the next line, or None after the last one."""
        self._turn = asyncio.current_task()
        async for line in self._lines:
            return line
        return None

    async def end(self) -> None:
        """Close the lines; a waiting call of `next` is cancelled."""
        await end(self._turn)
        await self._lines.aclose()


def _identity(pod: Object) -> str:
    """Return the identity of the container, "" when none has started."""
    return str(_status(pod).get("containerID", ""))


def _status(pod: Object) -> Object:
    states = pod.get("status", {}).get("containerStatuses", [])
    found: Object = next((one for one in states if one["name"] == _container(pod)), {})
    return found


def _container(pod: Object) -> str:
    """Return the name of the chart's own container, which is the first one."""
    return str(pod["spec"]["containers"][0]["name"])
