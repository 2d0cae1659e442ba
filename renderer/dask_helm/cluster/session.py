"""Opens and closes a handle, and reads the state of its release."""

import asyncio
import os
import threading
import warnings
import weakref
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import CancelledError
from typing import Any, NoReturn, TypeVar

from dask.utils import parse_timedelta
from distributed.core import Status
from distributed.deploy import Cluster
from distributed.security import Security
from distributed.utils import LoopRunner

from dask_helm.cluster import tasks
from dask_helm.cluster.connect import connection
from dask_helm.cluster.connect.connection import Connection, Settings
from dask_helm.cluster.connect.supervision import Info, Supervisor
from dask_helm.cluster.observe import versions
from dask_helm.cluster.release import pods, pools
from dask_helm.cluster.release.pools import PoolStatus, View
from dask_helm.errors import ArgumentError, LostError, UnavailableError

T = TypeVar("T")
Self = TypeVar("Self", bound="ConnectedCluster")


class ConnectedCluster(Cluster):  # type: ignore[misc]  # distributed has no types
    """A `Cluster` that is connected to a release, and polls its scheduler."""

    release_name: str | None
    namespace: str | None
    _adaptive: Any

    def __init__(
        self,
        settings: Settings,
        name: str | None,
        *,
        asynchronous: bool = False,
        loop: Any = None,
        scheduler_sync_interval: float | str = 1,
        **kwargs: Any,
    ) -> None:
        self.release_name, self.namespace = settings.query.name, settings.query.namespace
        self._settings = settings
        self._given_name = name
        self._process = os.getpid()
        self._connection: Connection | None = None
        self._supervisor: Supervisor | None = None
        self._pools: dict[str, PoolStatus] = {}
        self._pods: set[str] = set()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None
        self._abandoned: Any = None  # closes the connection of a handle that is never closed
        self._logged: list[str] = []
        self._poll_seconds = parse_timedelta(scheduler_sync_interval, default="seconds")
        # Whether the user awaits the handle; otherwise it runs its loop in a thread, and blocks.
        self._is_awaited = asynchronous if loop is None else _runs_here(loop)
        self._runner = None if self._is_awaited else LoopRunner(loop=loop)
        if self._runner:
            self._runner.start()
            loop = self._runner.loop
        super().__init__(
            name=name or settings.query.name or "", asynchronous=asynchronous, loop=loop, **kwargs
        )
        if not self._is_awaited:
            try:
                self.sync(self._open)
            except BaseException:
                self.close()
                raise

    def __await__(self: Self) -> Generator[Any, None, Self]:
        return self._opened().__await__()

    async def _opened(self: Self) -> Self:
        if not (self._is_awaited or _runs_here(self.loop)):
            raise ArgumentError(
                "This HelmCluster is blocking, with a thread of its own, so it cannot be awaited. "
                "Use `async with HelmCluster(asynchronous=True) as cluster`"
            )
        if self.status == Status.created:
            try:
                await self._open()
            except BaseException:
                await self._close()
                raise
        return self

    async def _open(self) -> None:
        self.status = Status.starting
        await self._job(self._start())

    async def _start(self) -> None:
        """Connect, and poll the scheduler instead of subscribing to it as `distributed` does."""
        opened = self._connection = await connection.connect(self._settings)
        release = opened.release
        self.release_name, self.namespace = release.name, release.namespace
        self.name = self._given_name or str(release)
        self.scheduler_comm = opened.route.comm
        # The loop must not keep a handle alive that nobody uses any more.
        weak = weakref.proxy(self)
        self._supervisor = Supervisor(
            self.scheduler_comm,
            self._poll_seconds,
            self.name,
            tell=lambda message: weak._log(message),
            survey=lambda: weak._see(),
        )
        await self._supervisor.start()
        loop = asyncio.get_running_loop()
        self._abandoned = weakref.finalize(
            self, _abandon, self._process, loop, self._runner, self._supervisor, opened
        )
        self._abandoned.atexit = False
        for callback in self.periodic_callbacks.values():
            callback.start()
        self.status = Status.running
        found = await versions.ask(self.scheduler_comm, [], workers=False)
        if message := versions.message(versions.differences(found, versions.NEEDED)):
            warnings.warn(message, stacklevel=2)

    @property
    def _opened_connection(self) -> Connection:
        if self._connection is None:
            raise self._unconnected()
        return self._connection

    def _unconnected(self) -> UnavailableError:
        if self.status in (Status.closing, Status.closed):
            advice = "It was closed; create a new HelmCluster"
        else:
            advice = "Use `await cluster` or `async with` first"
        return UnavailableError(f"{self.name or 'This handle'} is not connected. {advice}")

    def sync(self, func: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Like `sync` of `distributed`; raises for a closed handle, whose loop may have ended."""
        if os.getpid() != self._process:  # the thread of the loop was not copied by os.fork
            raise UnavailableError(
                f"The handle {self.name} belongs to the process {self._process}, and this process "
                f"was forked from it ({os.getpid()}). Create a new HelmCluster here"
            )
        if self.status == Status.closed and self.loop.asyncio_loop.is_closed():
            raise self._unconnected()
        asynchronous = options.pop("asynchronous", None)
        work = super().sync(func, *arguments, asynchronous=True, **options)
        if self.asynchronous if asynchronous is None else asynchronous:
            return work
        try:
            return tasks.result(self.loop.asyncio_loop, work)
        except CancelledError:  # another thread has closed the handle
            raise self._unconnected() from None
        except (LostError, UnavailableError) as error:
            if self.status not in (Status.closing, Status.closed):
                raise
            raise self._unconnected() from error  # closed in the middle of a request

    async def _look(self) -> View:
        """Return the present state of the release.

        Raises LostError if the scheduler does not answer, NoReleaseError if the release was
        removed.
        """
        try:
            await self._refresh()
        except LostError:
            await self._see()
            raise
        return await self._see()

    async def _look_anyway(self) -> View:
        """Like `_look`, but treat an unreachable scheduler as having no workers."""
        try:
            await self._refresh()
        except LostError:
            if self._supervisor:
                self._supervisor.forget_workers()
        return await self._see()

    async def _refresh(self) -> None:
        if self._supervisor:
            await self._supervisor.refresh()

    async def _see(self) -> View:
        opened = self._opened_connection
        workers = self.scheduler_info["workers"]
        view = await pools.view(opened.kubernetes, opened.release, workers)
        self._pools = {name: pool.status for name, pool in view.pools.items()}
        self._pods = {pods.name(pod) for pool in view.pools.values() for pod in pool.living}
        return view

    @property
    def scheduler_info(self) -> Info:
        """The scheduler's last report about itself and its workers."""
        return self._supervisor.info if self._supervisor else self._no_info

    @scheduler_info.setter
    def scheduler_info(self, info: Info) -> None:
        if self._supervisor:
            self._supervisor.info = info
        self._no_info = info

    @property
    def requested(self) -> set[str]:
        """The names of the workers' pods, as last seen; `observed` are the running workers."""
        return self._pods

    plan = requested

    @property
    def scheduler_address(self) -> str:
        """The address that clients on this machine connect to."""
        return self._connection.route.address if self._connection else "<Not Connected>"

    @property
    def security(self) -> Security | None:
        """The security for clients; None if connections are not encrypted."""
        return self._connection.security if self._connection else None

    @property
    def dashboard_link(self) -> str:
        """The address of the dashboard on this machine, or "" if it cannot be reached."""
        return self._connection.dashboard if self._connection else ""

    async def _job(self, work: Coroutine[Any, Any, T]) -> T:
        """Run work that `close` cancels; `close` waits until it has cleaned up."""
        task = asyncio.ensure_future(work)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return await task

    async def _close(self) -> None:
        """Close once, although an interrupted opening and its caller both close."""
        if self._closing is None:
            self.status = Status.closing
            self._closing = asyncio.ensure_future(self._shut())
        await asyncio.shield(self._closing)

    async def _shut(self) -> None:
        if self._abandoned:
            self._abandoned.detach()
        if self._adaptive:
            await self._adaptive.halt()
        await tasks.end(*self._jobs)
        if self._supervisor:
            await self._supervisor.stop()
        await super()._close()
        if self._connection:
            await self._connection.close()
            self._connection = None

    def close(self, timeout: float | None = None) -> Any:
        """Close the connection; the release and its workers are not affected."""
        if os.getpid() != self._process:  # it stays open in the process that owns it
            return None
        result = super().close(timeout)
        if self._runner and not self.asynchronous:
            self._runner.stop()
        return result

    def _log(self, log: str) -> None:
        """Add to the handle's own log, which `distributed` prints unless it is quiet."""
        self._logged.append(log)
        super()._log(log)

    def __exit__(self, *error: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"A {type(self).__name__} cannot be pickled, because it holds open connections. Create "
            "one in the other process, or pass `cluster.scheduler_address` to a Client there"
        )


def _abandon(
    process: int,
    loop: asyncio.AbstractEventLoop,
    runner: LoopRunner | None,
    supervisor: Supervisor,
    opened: Connection,
) -> None:
    """Close what a collected handle has opened, in the background; `distributed` warns of it."""
    if os.getpid() != process:  # the thread of the loop was not copied by os.fork
        return

    async def close() -> None:
        await supervisor.stop()
        await opened.close()

    def end() -> None:
        work = close()
        try:
            asyncio.run_coroutine_threadsafe(work, loop).result()
        except RuntimeError:  # the loop has ended
            work.close()
        except (CancelledError, OSError):  # it ends at this moment, or a connection is broken
            pass
        finally:
            if runner:
                runner.stop()

    # The garbage collector may run in the thread of the loop, which must not wait for itself.
    threading.Thread(target=end, name="dask-helm closes", daemon=True).start()


def _runs_here(loop: Any) -> bool:
    """Return whether this code runs on an event loop of tornado."""
    try:
        return asyncio.get_running_loop() is loop.asyncio_loop
    except RuntimeError:
        return False
