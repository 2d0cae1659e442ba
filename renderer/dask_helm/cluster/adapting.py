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
from dask_helm.cluster.calling import answered
from dask_helm.cluster.ending import end
from dask_helm.cluster.numbers import positive, seconds
from dask_helm.cluster.pools import Pool, View, Worker
from dask_helm.errors import AdaptError, ArgumentError, ClusterError

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
    interval = dask.config.get("distributed.adaptive.interval")
    given = {name: value for name, value in options.items() if value is not None}
    given = {"interval": interval, **given}
    return {name: _OPTIONS[name](value, name) for name, value in given.items()}


def _interval(given: Any, name: str) -> float:
    """Return seconds, more than none: Adaptive takes 0, and never looks."""
    if found := seconds(given, name):
        return found
    raise ArgumentError(f"{name}={given!r} is no time between two looks; write for example '1s'")


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
        self._owner: str = before._owner if before else str(uuid.uuid4())
        self._told = ""
        self._task: asyncio.Task[None] | None = None
        self._mark: Mark | None = None
        self._claiming = asyncio.Lock()
        self._claimed = False
        self._refusal: ClusterError | None = None
        super().__init__(cluster, **options)
        self._trend = Trend(self.wait_count)

    def __await__(self) -> Generator[Any, None, "PoolAdaptive"]:
        return self.claimed().__await__()

    async def claimed(self) -> "PoolAdaptive":
        """Return when the pool is this handle's to adapt, and the adaptation before has ended.

        Raises ClusterError when it is not; then that one goes on, and this one never will.
        """
        async with self._claiming:
            if not self._claimed:
                self._check()
                await scaling.or_undo(self._claim(), self._withdraw, self.cluster._log)
        return self

    def _check(self) -> None:
        if self._refusal:
            raise self._refusal
        if self.periodic_callback is None:
            raise AdaptError("this adaptation was ended before it began; call adapt again")

    async def _claim(self) -> None:
        try:
            self._mark = Mark(self.scheduler, (await self._pool())[1].name, self._owner)
            await self._mark.claim(self._force)
        except ClusterError as error:
            self._refusal = error
            raise
        if self._before:
            await self._before.halt(self._mark)
        self._before, self._claimed = None, True

    async def _withdraw(self) -> None:
        """Stop before it has begun, and leave the pool to the adaptation before."""
        self.stop(reason="refused")
        if self.cluster._adaptive is self:
            self.cluster._adaptive = self._before
        await self._unmark(self._before._mark if self._before else None)

    async def adapt(self) -> None:
        """Look once and change the size if need be; errors are told once and do not end it."""
        if self._adapting or self._claiming.locked():
            return
        self._adapting = True
        try:
            self._task = asyncio.ensure_future(self._adapt())
            await asyncio.wait([self._task])
            self._report(self._task)
        finally:
            self._adapting = False

    async def halt(self, heir: "Mark | None" = None) -> None:
        """Stop, undo what is not finished, and let other handles adapt the pool.

        What `heir` marks of this handle stays marked.
        """
        self.stop(reason="closed")
        await end(self._task)
        if self._before:
            await self._before.halt(heir)
        await self._unmark(heir)

    async def _unmark(self, heir: "Mark | None") -> None:
        if self._mark and not (heir and heir.pool == self._mark.pool):
            with suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(self._mark.remove(), _PATIENCE)

    async def _adapt(self) -> None:
        mark = (await self.claimed())._mark
        if mark is None or not await mark.renew():
            return self._yield(mark)
        view, pool = await self._pool()
        want = self._limited(wanted(view, pool, await self.target()))
        number = self._trend.follow(pool.desired, want)
        if number == pool.desired:
            return None
        await self.cluster._scale(number, pool.name)
        change = {"status": "adapt", "group": pool.name, "from": pool.desired, "n": number}
        self.log.append((time.time(), change))
        return None

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


class Mark:
    """What a handle, the `owner`, leaves at the scheduler to say that it adapts a pool."""

    def __init__(self, comm: Any, pool: str, owner: str) -> None:
        self._comm, self.pool = comm, pool
        self._own = {"id": owner, "who": _who(), "since": time.strftime("%c")}
        self.other = ""

    async def claim(self, force: bool = False) -> None:
        """Leave it. Raises AdaptError when there is one of a handle that lives, unless forced.

        Raises LostError when the scheduler does not answer.
        """
        with answered():
            if await self._is_foreign() and not force:
                raise AdaptError(
                    f"{self.other} adapts {self.pool} already. Stop it there, or write force=True "
                    "to take over"
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
        found = await self._comm.get_metadata(keys=[_KEY, self.pool], default=None)
        if not found or found["id"] == self._own["id"] or found["until"] < time.time():
            return False
        self.other = f"{found['who']}, since {found['since']},"
        return True

    async def _write(self, until: float) -> None:
        value = {**self._own, "until": until}
        await self._comm.set_metadata(keys=[_KEY, self.pool], value=value)


def _who() -> str:
    """Return who this is, for the eyes of another."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a pod's user has often no name
        user = f"user {os.getuid()}"
    return f"{user} on {socket.gethostname()} (process {os.getpid()})"
