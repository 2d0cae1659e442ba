"""Adapts the size of a pool to its load.

The scheduler reports how many workers the load needs. The workers of other pools are subtracted,
and pods with tasks stay: the scheduler counts all pools alike and does not know that some tasks can
only run in one of them. A pool grows at once. It shrinks only after fewer pods were wanted several
times in a row, and then as with `scale`: its workers are drained, one change at a time.

The adaptation ends with this handle. Two handles that adapt the same pool would undo each other's
changes, so each one stores a mark at the scheduler.
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
from typing import Any, ClassVar

import dask
from distributed.deploy import Adaptive

from dask_helm.cluster import arguments
from dask_helm.cluster.connect.calls import answered
from dask_helm.cluster.release.pools import Look, Pool, Tell, View, Worker
from dask_helm.cluster.tasks import end, with_rollback
from dask_helm.errors import AdaptError, ArgumentError, ClusterError, hint
from dask_helm.text import counted, did_you_mean

_KEY = "dask-helm-adaptations"
MARK_SECONDS = 30.0  # how long a mark is valid without renewal
_REMOVE_SECONDS = 10.0  # the wait for a scheduler that does not answer when a handle closes
# The states of tasks for which a worker is needed.
_UNFINISHED = ("constrained", "executing", "fetch", "flight", "long-running", "ready", "waiting")


def limits(minimum: int | None, maximum: float | None) -> tuple[int, float]:
    """Return both limits; they default to Dask's configuration. Raises ArgumentError."""
    least = dask.config.get("distributed.adaptive.minimum") if minimum is None else minimum
    most = dask.config.get("distributed.adaptive.maximum") if maximum is None else maximum
    least = arguments.pods(least, "minimum")
    most = most if most == inf else arguments.pods(most, "maximum")
    if most < least:
        raise ArgumentError(f"maximum must not be less than minimum, got {most} and {least}")
    return least, most


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options of Dask's Adaptive, times in seconds.

    Raises ArgumentError, also for unknown options, which Adaptive would ignore.
    """
    for name in options:
        if name not in _OPTIONS:
            meant = did_you_mean(name, _OPTIONS)
            names = ", ".join(_OPTIONS)
            raise ArgumentError(f"Unknown option of adapt: {name!r}{meant}. Options: {names}")
    interval = dask.config.get("distributed.adaptive.interval")
    given = {name: value for name, value in options.items() if value is not None}
    given = {"interval": interval, **given}
    return {name: _OPTIONS[name](value, name) for name, value in given.items()}


def _interval(given: Any, name: str) -> float:
    """Return seconds, more than 0: with 0, Adaptive would never run."""
    if found := arguments.seconds(given, name):
        return found
    raise ArgumentError(f"{name} must be longer than 0 s, got {given!r}")


_OPTIONS: dict[str, Callable[[Any, str], float]] = {
    "interval": _interval,
    "target_duration": arguments.seconds,
    "wait_count": arguments.positive,
}


def wanted(view: View, pool: Pool, target: int) -> int:
    """Return how many pods a pool needs if the scheduler wants `target` workers in total."""

    def works(worker: Worker) -> bool:
        counts = (worker.get("metrics") or {}).get("task_counts", {})
        return any(counts.get(state) for state in _UNFINISHED)

    others = sum(len(one.registered) for one in view.pools.values() if one is not pool)
    working = sum(any(map(works, workers.values())) for workers in pool.workers.values())
    return max(ceil((target - others) / pool.processes), working)


@dataclass
class Trend:
    """Decides when to shrink: after fewer pods were wanted `wait_count` times in a row."""

    wait_count: int
    _seen: int = 0
    _most: int = 0

    def follow(self, now: int, want: int) -> int:
        """Return the next number of pods, after `now` pods with `want` pods wanted."""
        if want >= now:
            self._seen = 0
            return want
        self._most = max(want, self._most) if self._seen else want
        self._seen += 1
        if self._seen < self.wait_count:
            return now
        self._seen = 0
        return self._most


@dataclass(frozen=True)
class Hooks:
    """The methods of a handle that an adaptation calls.

    `scale` scales a pool to a number of pods; `withdraw` is called with an adaptation that is
    refused, and with the previous one.
    """

    look: Look
    scale: Callable[[int, str], Any]
    tell: Tell
    withdraw: "Callable[[PoolAdaptive, PoolAdaptive | None], None]"


class PoolAdaptive(Adaptive):  # type: ignore[misc]  # distributed has no types
    """Adapts one pool, in place of `before`; awaiting it raises if another handle adapts it."""

    # These keep a handle alive that nobody else uses.
    _active: ClassVar[set[Any]] = set()

    def __init__(
        self,
        cluster: Any,
        hooks: Hooks,
        pool: str | None,
        force: bool,
        before: "PoolAdaptive | None" = None,
        **options: Any,
    ) -> None:
        self._hooks, self._pool, self._force, self._before = hooks, pool, force, before
        self._owner: str = before._owner if before else str(uuid.uuid4())
        self._reported = ""
        self._looking: asyncio.Task[None] | None = None
        self._mark: Mark | None = None
        self._claiming = asyncio.Lock()
        self._claimed = False
        self._refusal: ClusterError | None = None
        super().__init__(cluster, **options)
        self._trend = Trend(self.wait_count)
        ended = [one for one in self._active if one.cluster.loop.asyncio_loop.is_closed()]
        self._active.difference_update(ended)
        self._active.add(self)

    def __await__(self) -> Generator[Any, None, "PoolAdaptive"]:
        return self.claimed().__await__()

    @property
    def summary(self) -> dict[str, str]:
        """The pool that this adapts, with the limits: `{"default": "1 to 3 pods"}`."""
        mark = self._mark if self.periodic_callback else None
        return {mark.pool: self._limits} if mark else {}

    @property
    def _limits(self) -> str:
        if self.maximum == inf:
            return f"at least {counted(self.minimum, 'pod')}"
        return f"{self.minimum} to {self.maximum} pods"

    def stop(self, reason: str = "unknown") -> None:
        """Stop; the handle remains open."""
        self._active.discard(self)
        super().stop(reason=reason)

    async def claimed(self) -> "PoolAdaptive":
        """Wait until this handle has claimed the pool, and the previous adaptation has ended.

        Raises ClusterError if the claim fails; then the previous adaptation continues.
        """
        async with self._claiming:
            if not self._claimed:
                if self._refusal:
                    raise self._refusal
                if self.periodic_callback is None:
                    raise AdaptError(
                        "This adaptation was stopped before it started; call adapt again"
                    )
                await with_rollback(self._claim(), self._withdraw, self._hooks.tell)
        return self

    async def _claim(self) -> None:
        try:
            pool = (await self._hooks.look()).one(self._pool)
            pause = 2 * self.interval
            self._mark = Mark(self.scheduler, pool.name, self._owner, pause, self._limits)
            await self._mark.claim(self._force)
        except ClusterError as error:
            self._refusal = error
            raise
        if self._before:
            await self._before.halt(self._mark)
        self._before, self._claimed = None, True

    async def _withdraw(self) -> None:
        """Stop before the start, and leave the pool to the previous adaptation."""
        self.stop(reason="refused")
        self._hooks.withdraw(self, self._before)
        await self._unmark(self._before._mark if self._before else None)

    async def adapt(self) -> None:
        """Check once, and scale if necessary; an error is reported and does not stop it."""
        if (self._looking and not self._looking.done()) or self._claiming.locked():
            return
        self._looking = asyncio.ensure_future(self._adapt())
        # A change may take minutes, because workers finish their tasks; the mark must not expire.
        while not (await asyncio.wait([self._looking], timeout=MARK_SECONDS / 3))[0]:
            if self._mark and not self._claiming.locked():
                with suppress(OSError):
                    await self._mark.renew()
        error = None if self._looking.cancelled() else self._looking.exception()
        message = f"Cannot adapt: {error}" if error else ""
        if message and message != self._reported:
            self._hooks.tell(message)
        self._reported = message

    async def halt(self, heir: "Mark | None" = None) -> None:
        """Stop, undo an unfinished change, and release the pool for other handles.

        A mark that `heir` replaces is not removed.
        """
        self.stop(reason="closed")
        await end(self._looking)
        if self._before:
            await self._before.halt(heir)
        await self._unmark(heir)

    async def _unmark(self, heir: "Mark | None") -> None:
        if self._mark and not (heir and heir.pool == self._mark.pool):
            with suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(self._mark.remove(), _REMOVE_SECONDS)

    async def _adapt(self) -> None:
        mark = (await self.claimed())._mark
        if mark is None or not await mark.renew():
            who = mark.other if mark else "Another client"
            self._hooks.tell(f"{who} now adapts this pool; adaptive scaling stopped here")
            self.stop(reason="another handle adapts the pool")
            return
        view = await self._hooks.look()
        pool = view.one(self._pool)
        want = wanted(view, pool, await self.target())
        want = int(max(self.minimum, min(want, self.maximum)))
        number = self._trend.follow(pool.desired, want)
        if number == pool.desired:
            return
        await self._hooks.scale(number, pool.name)
        change = {"status": "adapt", "pool": pool.name, "from": pool.desired, "n": number}
        self.log.append((time.time(), change))


class Mark:
    """A mark at the scheduler: the handle `owner` adapts a pool.

    Each handle writes only its own mark. The mark of the highest turn counts, so a renewal cannot
    undo that another handle takes over at the same time.
    """

    def __init__(
        self, comm: Any, pool: str, owner: str, pause: float = 0, limits: str = ""
    ) -> None:
        """`pause` is the time between renewals, in addition to MARK_SECONDS."""
        self._comm, self.pool, self._owner, self._pause = comm, pool, owner, pause
        self._own = {"who": _user(), "since": time.strftime("%c"), "limits": limits}
        self._turn = 0
        self._writing = asyncio.Lock()
        self._removed = False
        self.other = ""

    async def claim(self, force: bool = False) -> None:
        """Set the mark. Raises AdaptError if another handle has a valid one, unless forced.

        Raises LostError if the scheduler does not answer.
        """
        with answered():
            others = await self._others()
            now = time.time()
            valid = [mark for mark in others.values() if mark["until"] > now]
            if valid and not force:
                self._name(valid)
                raise AdaptError(
                    f"{self.other} already adapts {self.pool}",
                    hint=hint("Stop it there, or use {} to take over", force=True),
                )
            self._turn = 1 + max((mark["turn"] for mark in others.values()), default=0)
            self._removed = False
            await self._renewed()

    async def renew(self) -> bool:
        """Renew the mark; return False if another handle has taken over."""
        own = (self._turn, self._owner)
        others = await self._others()
        # Not only those that are valid by this machine's clock.
        later = [m for owner, m in others.items() if (m["turn"], owner) > own and m["until"]]
        if later:
            self._name(later)
            return False
        await self._renewed()
        return True

    async def remove(self) -> None:
        """Remove the mark; until another claim, nothing brings it back."""
        self._removed = True
        async with self._writing:
            await self._write(0)

    async def _others(self) -> dict[str, dict[str, Any]]:
        marks = await self._comm.get_metadata(keys=[_KEY, self.pool], default={})
        return {owner: mark for owner, mark in marks.items() if owner != self._owner}

    def _name(self, marks: list[dict[str, Any]]) -> None:
        last = _latest(marks)
        self.other = f"{last['who']}, since {last['since']},"

    async def _renewed(self) -> None:
        """Write the mark; a cancelled request could reach the scheduler after that of `remove`."""
        await asyncio.shield(self._write_unless_removed())

    async def _write_unless_removed(self) -> None:
        async with self._writing:
            if not self._removed:
                await self._write(time.time() + MARK_SECONDS + self._pause)

    async def _write(self, until: float) -> None:
        value = {**self._own, "turn": self._turn, "until": until}
        await self._comm.set_metadata(keys=[_KEY, self.pool, self._owner], value=value)


async def adaptations(comm: Any) -> dict[str, str]:
    """Return the pools that handles adapt, each with the limits, the user, host and process.

    Raises LostError.
    """
    with answered():
        pools = await comm.get_metadata(keys=[_KEY], default={})
    now, found = time.time(), {}
    for pool, marks in pools.items():
        valid = [mark for mark in marks.values() if mark["until"] > now]
        if valid:
            last = _latest(valid)
            found[pool] = ", ".join(filter(None, (last.get("limits"), last["who"])))
    return found


def _latest(marks: list[dict[str, Any]]) -> dict[str, Any]:
    return max(marks, key=lambda mark: int(mark["turn"]))


def _user() -> str:
    """Return user, host and process, as users recognise them."""
    try:
        # In JupyterHub, all users are the same user of their pods.
        user = os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (KeyError, OSError):  # the user of a pod often has no name
        user = f"user {os.getuid()}"
    return f"{user} on {socket.gethostname()} (process {os.getpid()})"
