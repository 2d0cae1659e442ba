"""Opening and closing: the part of the handle that has nothing to do with workers."""

import asyncio
import warnings
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from distributed.core import Status
from distributed.deploy import Cluster
from distributed.security import Security

from dask_helm.cluster import blocking, connection, pods, pools, versions
from dask_helm.cluster.connection import Connection, Settings
from dask_helm.cluster.ending import end
from dask_helm.cluster.pools import View, WorkerGroup
from dask_helm.cluster.supervising import Info, Supervisor
from dask_helm.errors import LostError, UnavailableError

T = TypeVar("T")
Self = TypeVar("Self", bound="ConnectedCluster")


class ConnectedCluster(Cluster):  # type: ignore[misc]  # distributed has no types
    """A `Cluster` that is connected with a release, and supervised."""

    release_name: str | None
    namespace: str | None
    _adaptive: Any

    def __init__(self, settings: Settings, name: str | None, **kwargs: Any) -> None:
        self.release_name, self.namespace = settings.wanted.name, settings.wanted.namespace
        self._settings = settings
        self._named = name
        self._connection: Connection | None = None
        self._supervisor: Supervisor | None = None
        self._groups: dict[str, WorkerGroup] = {}
        self._pods: set[str] = set()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None
        super().__init__(name=name or settings.wanted.name or "", **kwargs)
        # Later it would also be true of a Client that awaits this on the handle's own loop.
        self._is_awaited = self.called_from_running_loop
        if not self._is_awaited:
            self._start_loop()

    def _start_loop(self) -> None:
        self._loop_runner.start()
        try:
            self.sync(self._open)
        except BaseException:
            self.close()
            raise

    def __await__(self: Self) -> Generator[Any, None, Self]:
        return self._opened().__await__()

    async def _opened(self: Self) -> Self:
        if self.status == Status.created:
            await self._open()
        return self

    async def _open(self) -> None:
        self.status = Status.starting
        try:
            await self._job(self._start())
        except BaseException:
            await self._close()
            raise

    async def _start(self) -> None:
        """Connect and watch the scheduler, to which `distributed` would subscribe instead."""
        opened = self._connection = await connection.connect(self._settings)
        release = opened.release
        self.release_name, self.namespace = release.name, release.namespace
        self.name = self._named or str(release)
        self.scheduler_comm = opened.route.comm
        self._supervisor = Supervisor(
            self.scheduler_comm, self._sync_interval, self.name, self._log, self._see
        )
        await self._supervisor.start()
        for callback in self.periodic_callbacks.values():
            callback.start()
        self.status = Status.running
        await self._warn_of_versions()

    async def _warn_of_versions(self) -> None:
        found = await versions.ask(self.scheduler_comm, [], workers=False)
        if said := versions.message(versions.differences(found, versions.NEEDED)):
            warnings.warn(said, stacklevel=2)

    @property
    def _opened_connection(self) -> Connection:
        if self._connection is None:
            raise self._unconnected()
        return self._connection

    def _unconnected(self) -> UnavailableError:
        how = _ANEW if self.status in (Status.closing, Status.closed) else _CONNECT
        return UnavailableError(f"{self.name or 'this handle'} is not connected: {how}")

    def sync(self, func: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call as in `distributed`; a closed handle, whose loop may be gone, says that it is."""
        if self.status == Status.closed and self.loop.asyncio_loop.is_closed():
            raise self._unconnected()
        asynchronous = options.pop("asynchronous", None)
        work = super().sync(func, *arguments, asynchronous=True, **options)
        if self.asynchronous if asynchronous is None else asynchronous:
            return work
        try:
            return blocking.result(self.loop.asyncio_loop, work)
        except CancelledError:  # another thread has closed the handle meanwhile
            raise self._unconnected() from None

    async def _look(self) -> View:
        """Return the release as it is now.

        Raises LostError when the scheduler does not answer, NoReleaseError when all of it has gone.
        """
        try:
            await self._refresh()
        except LostError:
            await self._see()
            raise
        return await self._see()

    async def _refresh(self) -> None:
        if self._supervisor:
            await self._supervisor.refresh()

    async def _look_anyway(self) -> View:
        """Return the same; a scheduler that does not answer has no workers."""
        try:
            await self._refresh()
        except LostError:
            if self._supervisor:
                self._supervisor.forget_workers()
        return await self._see()

    async def _see(self) -> View:
        opened = self._opened_connection
        workers = self.scheduler_info["workers"]
        view = await pools.view(opened.kubernetes, opened.release, workers)
        self._groups = {name: pool.numbers for name, pool in view.pools.items()}
        self._pods = {pods.name(pod) for pool in view.pools.values() for pod in pool.living}
        return view

    @property
    def scheduler_info(self) -> Info:
        """What the scheduler last told of itself and of its workers."""
        return self._supervisor.info if self._supervisor else self._no_info

    @scheduler_info.setter
    def scheduler_info(self, info: Info) -> None:
        if self._supervisor:
            self._supervisor.info = info
        self._no_info = info

    @property
    def requested(self) -> set[str]:
        """The names of the workers' pods, as last seen; `observed` are the workers that run."""
        return self._pods

    plan = requested

    @property
    def scheduler_address(self) -> str:
        """The address that clients on this machine connect to."""
        return self._connection.route.address if self._connection else "<Not Connected>"

    @property
    def security(self) -> Security | None:
        """What clients need to connect; None when connections are not encrypted."""
        return self._connection.security if self._connection else None

    @property
    def dashboard_link(self) -> str:
        """Where the dashboard can be opened on this machine, "" when no way leads there."""
        return self._connection.dashboard if self._connection else ""

    async def _job(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what must not be forgotten: `close` ends it, and waits until it has tidied up."""
        task = asyncio.ensure_future(work)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return await task

    async def _close(self) -> None:
        """Close once, though an opening that is interrupted closes, and its caller does as well."""
        if self._closing is None:
            self.status = Status.closing
            self._closing = asyncio.ensure_future(self._shut())
        await asyncio.shield(self._closing)

    async def _shut(self) -> None:
        if self._adaptive:
            await self._adaptive.halt()
        await end(*self._jobs)
        if self._supervisor:
            await self._supervisor.stop()
        await super()._close()
        if self._connection:
            await self._connection.close()
            self._connection = None

    def close(self, timeout: float | None = None) -> Any:
        """End the connection; the release stays as it is, and so does what runs in it."""
        result = super().close(timeout)
        if not self.asynchronous:
            self._loop_runner.stop()
        return result

    def __exit__(self, *error: object) -> None:
        self.close()


_CONNECT = "write `await cluster` first, or use `async with`"
_ANEW = "it has been closed; make a new HelmCluster"
