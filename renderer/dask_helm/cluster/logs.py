"""What the pods have printed; of a pod that is in trouble, why that is."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Any

from distributed.utils import Log, Logs

from dask_helm.cluster import pods
from dask_helm.cluster.ending import end
from dask_helm.cluster.following import Place
from dask_helm.cluster.kubernetes import Kubernetes, Object
from dask_helm.cluster.noting import events
from dask_helm.cluster.pools import Pool, View
from dask_helm.cluster.waiting import Look
from dask_helm.errors import ForbiddenError, KubernetesError, UnavailableError

_AT_ONCE = 32
_EVENTS = 5
_PAUSE = 1.0
CLUSTER = "Cluster"

Line = tuple[str, str]  # the pod and what it has printed


@dataclass(frozen=True)
class Asked:
    """Whose logs are wanted, and how much of them.

    `workers` may also be a list of workers: their addresses, names or pods.
    """

    scheduler: bool = True
    workers: bool | Iterable[str] = True
    worker_group: str | None = None
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
        """Return the pods that are meant."""
        scheme = view.release.scheme
        wanted = {scheme.scheduler: self.scheduler, scheme.jupyter: self.jupyter}
        own = [pod for part in view.others if wanted.get(part.name) for pod in part.pods]
        pools = view.chosen(self.worker_group) if self.workers else []
        return own + [pod for pool in pools for pod in self._of_pool(pool)]

    def _of_pool(self, pool: Pool) -> list[Object]:
        if isinstance(self.workers, bool):
            return pool.pods
        wanted = set(self.workers)
        return [pod for pod in pool.pods if wanted & _names(pool, pod)]


def _names(pool: Pool, pod: Object) -> set[str]:
    """Return all by which a pod or one of its workers may be called."""
    workers = pool.workers.get(pods.name(pod), {})
    return {pods.name(pod), *workers, *(str(one["name"]) for one in workers.values())}


@dataclass(frozen=True)
class Reader:
    """Reads logs of pods in a namespace."""

    kubernetes: Kubernetes
    namespace: str

    async def read(self, asked: Asked, view: View) -> Logs:
        """Return the logs by pod."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(pod: Object) -> str:
            async with gate:
                return await self._text(pod, asked)

        found = asked.pods(view)
        texts = await asyncio.gather(*map(one, found))
        named = zip(map(pods.name, found), map(Log, texts), strict=True)
        return Logs(named)

    async def _text(self, pod: Object, asked: Asked) -> str:
        """Return what a pod has printed; of one that is in trouble why that is before it."""
        if pods.phase(pod) not in ("Running", "Succeeded", "Failed"):
            return await self._why_not(pod)
        why = await self._why_not(pod) if pods.trouble(pod) else ""
        params = {"container": _container(pod), **asked.params}
        try:
            return why + await self.kubernetes.log(self.namespace, pods.name(pod), params)
        except ForbiddenError:
            raise
        except KubernetesError as error:  # it has just gone, or has no earlier container
            return f"{error}\n{why or await self._why_not(pod)}"

    async def _why_not(self, pod: Object) -> str:
        """Return phase, reason and the last events of a pod."""
        trouble = pods.trouble(pod)
        said = (trouble.reason, trouble.message) if trouble else ()
        first = ": ".join(filter(None, (f"Pod is {pods.phase(pod)}", *said)))
        noted = await events(self.kubernetes, self.namespace, pods.name(pod))
        lines = [f"  {one.get('reason')}: {one.get('message', '').strip()}" for one in noted]
        return "\n".join([first, *lines[-_EVENTS:], ""])

    async def follow(self, asked: Asked, look: Look) -> "AsyncGenerator[Line, None]":
        """Yield pod and line as they come, of pods that start later, too; until it is closed."""
        queue: asyncio.Queue[Line] = asyncio.Queue(maxsize=1000)
        watching = asyncio.create_task(self._watch(asked, look, queue))
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

    async def _watch(self, asked: Asked, look: Look, queue: "asyncio.Queue[Line]") -> None:
        """Keep one task for each pod; of containers that start later all is wanted."""
        tails: dict[str, _Tail] = {}
        params = asked.params
        try:
            while True:
                for pod in asked.pods(await _again(look)):
                    tail = tails.setdefault(pods.name(pod), _Tail(Place(params)))
                    if _identity(pod) and (chosen := tail.next(pod)) is not None:
                        tail.task = asyncio.create_task(self._one(pod, tail.place, chosen, queue))
                params = {}
                await asyncio.sleep(_PAUSE)
        finally:
            await end(*(tail.task for tail in tails.values()))

    async def _one(
        self, pod: Object, place: Place, params: dict[str, str], queue: "asyncio.Queue[Line]"
    ) -> None:
        name = pods.name(pod)
        chosen = {"container": _container(pod), "timestamps": "true", **params}
        async with self.kubernetes.follow(self.namespace, name, chosen) as lines:
            async for line in lines:
                if (text := place.text(line)) is not None:
                    await queue.put((name, text))


async def _again(look: Look) -> View:
    """Look, once more if need be: the connection may have died while the machine slept."""
    try:
        return await look()
    except UnavailableError:
        return await look()


@dataclass
class _Tail:
    """The following of a pod: how far it is, of which container, and the task that does it."""

    place: Place
    container: str = ""
    task: "asyncio.Task[None] | None" = None

    def next(self, pod: Object) -> dict[str, str] | None:
        """Return by which parameters to begin, or to go on after a break; None to leave it.

        Raises what a missing right made of the task before.
        """
        if self.task and not self.task.done():
            return None
        broke, replaced = self._broke(), _identity(pod) != self.container
        if broke and replaced:  # what the container before still had to say comes first
            return {"previous": "true", **self.place.params()}
        self.container = _identity(pod)
        return self.place.params() if broke or replaced or _runs(pod) else None

    def _broke(self) -> bool:
        error = self.task.exception() if self.task else None
        if isinstance(error, ForbiddenError):
            raise error
        return isinstance(error, UnavailableError)


class Turns:
    """Takes one line after the other of those that come, until it is ended, also in between."""

    def __init__(self, lines: "AsyncGenerator[Line, None]") -> None:
        self._lines = lines
        self._turn: asyncio.Task[Any] | None = None

    async def next(self) -> Line | None:
        """Return the next line, None when there will be no more."""
        self._turn = asyncio.current_task()
        async for line in self._lines:
            return line
        return None

    async def end(self) -> None:
        """Take no more lines; whoever waits for one has been interrupted."""
        await end(self._turn)
        await self._lines.aclose()


def _identity(pod: Object) -> str:
    """Return the identity of the container, or of the last one; "" when none has started."""
    return str(_status(pod).get("containerID", ""))


def _runs(pod: Object) -> bool:
    return "running" in _status(pod).get("state", {})


def _status(pod: Object) -> Object:
    states = pod.get("status", {}).get("containerStatuses", [])
    found: Object = next((one for one in states if one["name"] == _container(pod)), {})
    return found


def _container(pod: Object) -> str:
    """Return the name of the chart's own container, which is the first."""
    return str(pod["spec"]["containers"][0]["name"])
