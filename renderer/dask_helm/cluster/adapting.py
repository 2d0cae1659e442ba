"""Adapting the size of a pool to what there is to do.

The scheduler says how many workers the work wants. What other pools have is taken off, and a pod
that has something to do is never one too many: the scheduler counts all pools alike and does not
know that some tasks can only run in one of them. Up at once; down only when fewer were wanted
several times in a row, and then by the same way as `scale`: drained first, one change at a time.

It lives with this handle. Two that adapt the same pool would undo each other's work, so that each
leaves a mark at the scheduler.
"""

import asyncio
import getpass
import os
import socket
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

import dask
from distributed.deploy import Adaptive

from dask_helm.cluster import scaling
from dask_helm.cluster.ending import end
from dask_helm.cluster.numbers import positive, seconds
from dask_helm.cluster.pools import Pool, View, Worker
from dask_helm.errors import (
    AdaptError,
    ArgumentError,
    ClusterError,
    LostError,
    UnknownGroupError,
)

_KEY = "dask-helm-adapting"
_OLD = 30.0  # seconds after which a mark counts for nothing: its handle has gone
_PATIENCE = 2.0


def limits(minimum: int | None, maximum: float | None) -> tuple[int, float]:
    """Return both limits, those of Dask's configuration for None. Raises ArgumentError."""
    least = dask.config.get("distributed.adaptive.minimum") if minimum is None else minimum
    most = dask.config.get("distributed.adaptive.maximum") if maximum is None else maximum
    least = scaling.check_number(least)
    most = most if most == inf else scaling.check_number(most)
    if most < least:
        raise ArgumentError(f"maximum={most} is less than minimum={least}")
    return least, most


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of Dask's Adaptive that are given, times in seconds.

    Raises ArgumentError, also for unknown ones: Adaptive takes them, and does nothing.
    """
    for name in options:
        if name not in _OPTIONS:
            names = ", ".join(_OPTIONS)
            raise ArgumentError(f"adapt has no option {name!r}; it has: {names}")
    given = {name: value for name, value in options.items() if value is not None}
    return {name: _OPTIONS[name](value, name) for name, value in given.items()}


def _interval(given: Any, name: str) -> float:
    """Return seconds, which are not 0: `distributed` would never look then."""
    if found := seconds(given, name):
        return found
    raise ArgumentError(f"{name}={given!r} is no pause between two looks; write '1s', or more")


_OPTIONS: dict[str, Callable[[Any, str], float]] = {
    "interval": _interval,
    "target_duration": seconds,
    "wait_count": positive,
}


def wanted(view: View, pool: Pool, target: int) -> int:
    """Return how many pods a pool should have when the scheduler wants so many workers in all."""
    others = sum(len(one.registered) for one in view.pools.values() if one is not pool)
    working = sum(any(map(_works, workers.values())) for workers in pool.workers.values())
    return max(ceil((target - others) / pool.processes), working)


def _works(worker: Worker) -> bool:
    counts = (worker.get("metrics") or {}).get("task_counts", {})
    return any(counts.get(state) for state in _UNFINISHED)


_UNFINISHED = ("constrained", "executing", "fetch", "flight", "long-running", "ready", "waiting")


@dataclass
class Trend:
    """Fewer pods are taken only when fewer were wanted `patience` times in a row."""

    patience: int
    _seen: int = 0
    _most: int = 0

    def follow(self, now: int, want: int) -> int:
        """Return how many pods to have, of `now`, when `want` are wanted."""
        if want >= now:
            self._seen = 0
            return want
        self._most = max(want, self._most) if self._seen else want
        self._seen += 1
        if self._seen < self.patience:
            return now
        self._seen = 0
        return self._most


class PoolAdaptive(Adaptive):  # type: ignore[misc]  # distributed has no types
    """Adapts one pool in place of `before`; awaiting it tells whether no other handle does."""

    _adapting: bool

    def __init__(
        self,
        cluster: Any,
        group: str | None,
        force: bool,
        before: "PoolAdaptive | None" = None,
        **options: Any,
    ) -> None:
        self._group, self._force, self._before = group, force, before
        self._told = ""
        self._task: asyncio.Task[None] | None = None
        self._mark: Mark | None = None
        self._claiming = asyncio.Lock()
        super().__init__(cluster, **options)
        self._trend = Trend(self.wait_count)

    def __await__(self) -> Generator[Any, None, "PoolAdaptive"]:
        return self.claimed().__await__()

    async def claimed(self) -> "PoolAdaptive":
        """Return when the pool is this handle's to adapt, and whatever it adapted before is not.

        Otherwise this adapts nothing, and what was adapted before goes on. Raises AdaptError when
        another handle adapts the pool, UnknownGroupError, LostError.
        """
        try:
            return await self._claimed()
        except BaseException:
            self._give_way()
            raise

    async def _claimed(self) -> "PoolAdaptive":
        async with self._claiming:
            try:
                await self._claim()
            except OSError as error:
                raise _lost(error) from error
        return self

    async def _claim(self) -> None:
        if self._mark is None:
            mark = Mark(self.scheduler, (await self._pool())[1].name)
            if self._before:
                mark.follow(self._before._mark)
            await mark.claim(self._force)
            self._mark = mark
        if self._before:
            await self._before.halt(keep=self._mark)
            self._before = None

    def _give_way(self) -> None:
        """Stop, and let go on what this was to replace."""
        self.stop(reason="it may not adapt the pool")
        if self.cluster._adaptive is self:
            self.cluster._adaptive = self._before

    async def adapt(self) -> None:
        """Look once and change the size if need be; errors are told once and do not end it."""
        if self._adapting:
            return
        self._adapting = True
        try:
            self._task = asyncio.ensure_future(self._adapt())
            await asyncio.wait([self._task])
            self._report(self._task)
        finally:
            self._adapting = False

    async def halt(self, keep: "Mark | None" = None) -> None:
        """Stop, undo what is not finished, and give the pool up, unless its mark is `keep`."""
        self.stop(reason="closed")
        await end(self._task)
        if self._mark and not (keep and keep.is_that(self._mark)):
            with suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(self._mark.remove(), _PATIENCE)

    async def _adapt(self) -> None:
        mark = (await self._mine())._mark
        if mark is None or not await mark.renew():
            return self._yield(mark)
        view, pool = await self._pool()
        want = self._limited(wanted(view, pool, await self.target()))
        number = self._trend.follow(pool.desired, want)
        if number == pool.desired:
            return None
        self.log.append((time.time(), {"status": "adapt", "from": pool.desired, "n": number}))
        return await self.cluster._scale(number, pool.name)  # type: ignore[no-any-return]

    async def _mine(self) -> "PoolAdaptive":
        """Claim the pool, unless it is; a scheduler that does not answer is asked again later."""
        try:
            return await self._claimed()
        except (AdaptError, ArgumentError, UnknownGroupError):
            self._give_way()
            raise

    async def _pool(self) -> tuple[View, Pool]:
        view = await self.cluster._look()
        return view, scaling.chosen_pool(view, self._group)

    def _limited(self, number: int) -> int:
        return int(max(self.minimum, min(number, self.maximum)))

    def _yield(self, mark: "Mark | None") -> None:
        who = mark.other if mark else ""
        self.cluster._log(f"{who} adapts the pool now; this handle does not any more")
        self.stop(reason="another handle adapts the pool")

    def _report(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        said = f"Adapting: {error}" if error else ""
        if said and said != self._told:
            self.cluster._log(said)
        self._told = said


def _lost(error: OSError) -> OSError:
    """Return an error of the connection as one of ours."""
    if isinstance(error, ClusterError):
        return error
    return LostError(f"the scheduler does not answer: {error}")


class Mark:
    """What a handle leaves at the scheduler to say that it adapts a pool."""

    def __init__(self, comm: Any, pool: str) -> None:
        self._comm, self._pool = comm, pool
        self._own = {"id": str(uuid.uuid4()), "who": _who(), "since": time.strftime("%c")}
        self.other = ""

    def follow(self, before: "Mark | None") -> None:
        """Be the mark that this handle has left already, if it is of the same pool."""
        if before and before._pool == self._pool:
            self._own = before._own

    def is_that(self, other: "Mark") -> bool:
        """Whether both are the same mark at the scheduler."""
        return self._own is other._own

    async def claim(self, force: bool = False) -> None:
        """Leave it. Raises AdaptError when there is one of a handle that lives, unless forced."""
        if await self._is_foreign() and not force:
            raise AdaptError(
                f"{self.other} adapts {self._pool} already. Stop it there, or write force=True to "
                "take over"
            )
        await self._write(time.time() + _OLD)

    async def renew(self) -> bool:
        """Keep it alive; return whether it is still there, and not that of another handle."""
        if await self._is_foreign():
            return False
        await self._write(time.time() + _OLD)
        return True

    async def remove(self) -> None:
        """Take it away, unless another handle has taken over."""
        if not await self._is_foreign():
            await self._write(0)

    async def _is_foreign(self) -> bool:
        found = await self._comm.get_metadata(keys=[_KEY, self._pool], default=None)
        if not found or found["id"] == self._own["id"] or found["until"] < time.time():
            return False
        self.other = f"{found['who']}, since {found['since']},"
        return True

    async def _write(self, until: float) -> None:
        value = {**self._own, "until": until}
        await self._comm.set_metadata(keys=[_KEY, self._pool], value=value)


def _who() -> str:
    """Return who this is, for the eyes of another."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a pod's user has often no name
        user = f"user {os.getuid()}"
    return f"{user} on {socket.gethostname()} (process {os.getpid()})"
