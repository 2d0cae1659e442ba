"""How many pods are wanted, when fewer are taken, and who may say so."""

import asyncio
import re
import time
from collections.abc import Callable
from math import inf
from typing import Any

import dask
import pytest
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import Pool, View, Worker
from dask_helm.cluster.release.schemes import OURS
from dask_helm.cluster.scaling import adapt
from dask_helm.cluster.scaling.adapt import (
    Hooks,
    Mark,
    PoolAdaptive,
    Trend,
    adaptations,
    limits,
    wanted,
)
from dask_helm.errors import AdaptError, ArgumentError, LostError, ScaleError, UnknownPoolError
from distributed.core import Status
from hypothesis import given
from hypothesis import strategies as st
from tornado.ioloop import IOLoop

from tests.cluster.fakes import deployment
from tests.cluster.release.test_pools import worker


def pool(name: str, *pods: dict[str, Worker]) -> Pool:
    workers = {f"{name}{index}": each for index, each in enumerate(pods)}
    return Pool(name, deployment(name, {}), [], workers)


def view(*pools: Pool) -> View:
    return View(Release("r", "here", OURS, "r-dask"), {one.name: one for one in pools}, [])


def idle(*names: str) -> dict[str, Worker]:
    return {name: worker(name) for name in names}


def busy(name: str, state: str = "executing") -> dict[str, Worker]:
    return {name: worker(name, metrics={"task_counts": {"memory": 3, state: 1}})}


@pytest.mark.parametrize(
    ("own", "other", "target", "expected"),
    [
        (pool("own", idle("a")), pool("other"), 5, 5),
        (pool("own", idle("a")), pool("other", idle("x"), idle("y")), 5, 3),
        (pool("own", idle("a"), idle("b")), pool("other", idle("x")), 1, 0),
        (pool("own", busy("a"), idle("b")), pool("other", idle("x")), 0, 1),
        (pool("own", busy("a", "long-running")), pool("other"), 0, 1),
        (pool("own", idle("a", "b"), idle("c", "d")), pool("other"), 5, 3),
        (pool("own"), pool("other"), 1, 1),
    ],
)
def test_what_is_wanted(own: Pool, other: Pool, target: int, expected: int) -> None:
    assert wanted(view(own, other), own, target) == expected


def test_up_at_once_down_after_a_while() -> None:
    trend = Trend(3)
    assert trend.follow(2, 5) == 5
    assert [trend.follow(5, number) for number in (1, 3, 2)] == [5, 5, 3]
    assert [trend.follow(3, number) for number in (0, 3, 0, 0)] == [3, 3, 3, 3]
    assert trend.follow(3, 0) == 0


@given(st.integers(1, 4), st.integers(0, 9), st.lists(st.integers(0, 9), max_size=40))
def test_it_never_takes_what_was_wanted_lately(patience: int, now: int, wants: list[int]) -> None:
    trend, lately = Trend(patience), [now]
    for want in wants:
        lately = [*lately, want][-patience:]
        number = trend.follow(now, want)
        assert number >= min(max(lately), now)
        assert number <= max(now, want)
        now = number


class Metadata:
    """The scheduler's metadata; `lost` makes it raise."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.lost = False

    async def get_metadata(self, keys: list[str], default: Any) -> Any:
        if self.lost:
            raise ConnectionResetError("broken")
        found = self.held
        for key in keys:
            found = found.get(key, {})
        return found or default

    async def set_metadata(self, keys: list[str], value: Any) -> None:
        topic, pool, owner = keys
        self.held.setdefault(topic, {}).setdefault(pool, {})[owner] = value

    async def adaptive_target(self, **_: Any) -> int:
        return 1

    def marked(self) -> set[str]:
        """Return the pools that some handle adapts."""
        (pools,) = self.held.values()
        now = time.time()
        return {p for p, marks in pools.items() if any(m["until"] > now for m in marks.values())}


def test_two_handles_notice_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        comm = Metadata()
        first, second, other = Mark(comm, "p", "1"), Mark(comm, "p", "2"), Mark(comm, "q", "3")
        await first.claim()
        await other.claim()
        with pytest.raises(AdaptError, match=r"process \d+.*already adapts p.*force=True"):
            await second.claim()
        assert await first.renew()

        await second.claim(force=True)
        assert not await first.renew()
        assert "process" in first.other
        await first.remove()
        assert await second.renew(), "who lost it takes nothing away"

        await second.remove()
        await first.claim()
        assert not await second.renew()

    asyncio.run(scenario())


def test_a_renewal_does_not_undo_a_simultaneous_takeover() -> None:
    async def scenario() -> None:
        comm = Metadata()
        first, second = Mark(comm, "p", "1"), Mark(comm, "p", "2")
        await first.claim()
        write = comm.set_metadata

        async def late(keys: list[str], value: Any) -> None:
            comm.set_metadata = write  # type: ignore[method-assign]
            await second.claim(force=True)
            await write(keys, value)

        comm.set_metadata = late  # type: ignore[method-assign]
        assert await first.renew(), "it looked before the other one wrote"
        assert await second.renew()
        assert not await first.renew()

    asyncio.run(scenario())


@pytest.mark.parametrize("method", [Mark.claim, Mark.renew])
def test_a_write_on_its_way_does_not_bring_back_a_mark_that_is_removed(
    method: Callable[[Mark], Any],
) -> None:
    async def scenario() -> None:
        comm = Metadata()
        mark = Mark(comm, "p", "1")
        await mark.claim()
        arrived, proceed, write = asyncio.Event(), asyncio.Event(), comm.set_metadata

        async def slow(keys: list[str], value: Any) -> None:
            comm.set_metadata = write  # type: ignore[method-assign]
            arrived.set()
            await proceed.wait()
            await write(keys, value)

        comm.set_metadata = slow  # type: ignore[method-assign]
        renewal = asyncio.ensure_future(method(mark))
        await arrived.wait()
        renewal.cancel()
        removal = asyncio.ensure_future(mark.remove())
        await asyncio.sleep(0.1)
        proceed.set()
        await removal
        await mark.renew()
        assert comm.marked() == set()

    asyncio.run(scenario())


def test_the_adaptations_of_all_handles_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")

    async def scenario() -> None:
        comm = Metadata()
        assert await adaptations(comm) == {}
        first, second = Mark(comm, "p", "1", limits="1 to 3 pods"), Mark(comm, "p", "2")
        await first.claim()
        found = await adaptations(comm)
        assert set(found) == {"p"}
        assert re.fullmatch(r"1 to 3 pods, ann on .+ \(process \d+\)", found["p"])
        await second.claim(force=True)
        assert (await adaptations(comm))["p"].startswith("ann on ")
        await second.remove()
        assert (await adaptations(comm))["p"].startswith("1 to 3"), "it is still valid"
        await first.remove()
        assert await adaptations(comm) == {}

    asyncio.run(scenario())


def test_a_later_mark_counts_even_if_its_owner_has_another_clock() -> None:
    async def scenario() -> None:
        comm = Metadata()
        first, second = Mark(comm, "p", "1"), Mark(comm, "p", "2", -3600)
        await first.claim()
        await second.claim(force=True)
        assert not await first.renew()

    asyncio.run(scenario())


def test_the_mark_does_not_expire_during_a_long_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "MARK_SECONDS", 0.6)

    async def scenario() -> None:
        comm = Metadata()
        cluster = Cluster(comm)
        cluster.seconds = 3.0
        adaptive = await cluster.adapt("p")
        for _ in range(8):
            await asyncio.sleep(0.3)
            with pytest.raises(AdaptError, match="already adapts"):
                await Mark(comm, "p", "another").claim()
        await adaptive.halt()

    asyncio.run(scenario())


def test_a_handle_that_has_gone_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        comm = Metadata()
        monkeypatch.setattr(adapt, "MARK_SECONDS", -1.0)
        await Mark(comm, "p", "1").claim()
        await Mark(comm, "p", "2").claim()

    asyncio.run(scenario())


class Cluster:
    """What an adaptation asks of its handle; the pools are `p` and `q`."""

    status = Status.running
    failure: Exception | None = None
    seconds = 0.0  # that a change takes

    def __init__(self, comm: Metadata) -> None:
        self.scheduler_comm, self.loop = comm, IOLoop.current()
        self.told: list[str] = []
        self.scaled: list[str] = []
        self._adaptive: PoolAdaptive | None = None

    def adapt(self, pool: str, force: bool = False) -> PoolAdaptive:
        options = {"minimum": 3, "maximum": 3, "interval": 0.01}
        hooks = Hooks(self._look, self._scale, self.told.append, self._withdraw)
        self._adaptive = PoolAdaptive(self, hooks, pool, force, self._adaptive, **options)
        return self._adaptive

    async def goes_on(self, adaptive: PoolAdaptive, pool: str) -> bool:
        """Whether it is the one that adapts, and does so."""
        self.scaled.clear()
        await asyncio.sleep(0.2)
        return self._adaptive is adaptive and set(self.scaled) == {pool}

    async def _look(self) -> View:
        return view(pool("p"), pool("q"))

    async def _scale(self, _: int, pool: str) -> None:
        if self.failure:
            raise self.failure
        self.scaled.append(pool)
        await asyncio.sleep(self.seconds)

    def _withdraw(self, refused: PoolAdaptive, before: PoolAdaptive | None) -> None:
        if self._adaptive is refused:
            self._adaptive = before


def test_one_that_is_refused_leaves_the_one_before_to_go_on() -> None:
    async def scenario() -> None:
        comm = Metadata()
        cluster = Cluster(comm)
        await Mark(comm, "q", "another").claim()
        first = await cluster.adapt("p")
        refusals: dict[str, type[Exception]] = {"defualt": UnknownPoolError, "q": AdaptError}
        for name, kind in refusals.items():
            refused = cluster.adapt(name)
            for _ in range(2):
                with pytest.raises(kind):
                    await refused
            assert refused.periodic_callback is None
            assert await cluster.goes_on(first, "p")
        comm.lost = True
        with pytest.raises(LostError, match="does not answer any more: broken"):
            await cluster.adapt("p")
        comm.lost = False
        assert await cluster.goes_on(first, "p")
        await first.halt()

    asyncio.run(scenario())


def test_one_that_nobody_awaits_is_refused_as_well() -> None:
    async def scenario() -> None:
        cluster = Cluster(Metadata())
        first = await cluster.adapt("p")
        refused = cluster.adapt("nix")
        await asyncio.sleep(0.2)
        assert refused.periodic_callback is None
        assert await cluster.goes_on(first, "p")
        assert [line for line in cluster.told if "no pool 'nix'" in line] == cluster.told
        await first.halt()

    asyncio.run(scenario())


def test_one_that_is_interrupted_leaves_nothing() -> None:
    async def scenario() -> None:
        comm = Metadata()
        cluster = Cluster(comm)
        first = await cluster.adapt("p")
        halting = asyncio.Event()
        halt = first.halt

        async def slow(heir: Mark | None = None) -> None:
            halting.set()
            await asyncio.sleep(60)

        first.halt = slow  # type: ignore[method-assign]
        second = asyncio.ensure_future(cluster.adapt("q").claimed())
        await halting.wait()
        assert comm.marked() == {"p", "q"}
        second.cancel()
        await asyncio.wait([second])
        assert comm.marked() == {"p"}
        assert cluster._adaptive is first
        await halt()
        assert comm.marked() == set()

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["p", "q"])
def test_the_next_takes_over(name: str) -> None:
    async def scenario() -> None:
        comm = Metadata()
        cluster = Cluster(comm)
        first = await cluster.adapt("p")
        second = await cluster.adapt(name)
        assert first.periodic_callback is None
        assert comm.marked() == {name}
        assert await cluster.goes_on(second, name)
        await second.halt()
        assert comm.marked() == set()

    asyncio.run(scenario())


def test_changes_are_noted_when_they_are_done() -> None:
    async def scenario() -> None:
        cluster = Cluster(Metadata())
        adaptive = await cluster.adapt("p")
        cluster.failure = ScaleError("no")
        await asyncio.sleep(0.1)
        assert not adaptive.log
        cluster.failure = None
        assert await cluster.goes_on(adaptive, "p")
        assert adaptive.log[0][1] == {"status": "adapt", "pool": "p", "from": 1, "n": 3}
        await adaptive.halt()

    asyncio.run(scenario())


def test_the_end_of_one_that_has_not_begun_is_that_of_the_one_before() -> None:
    async def scenario() -> None:
        comm = Metadata()
        cluster = Cluster(comm)
        first = await cluster.adapt("p")
        second = cluster.adapt("q")
        await second.halt()
        assert first.periodic_callback is None
        assert comm.marked() == set()
        with pytest.raises(AdaptError, match="call adapt again"):
            await second

    asyncio.run(scenario())


def test_limits() -> None:
    assert limits(None, None) == (0, inf)
    assert limits(1, 3) == (1, 3)
    with dask.config.set({"distributed.adaptive.minimum": 2}):
        assert limits(None, None) == (2, inf)
    wrong: list[tuple[Any, Any]] = [(-1, 2), (3, 2), (1.5, 2), (0, 2.5), (True, 2)]
    for pair in wrong:
        with pytest.raises(ArgumentError):
            limits(*pair)


def test_options_of_adaptive() -> None:
    given = {"interval": "500ms", "wait_count": 3, "target_duration": None}
    assert adapt.checked(given) == {"interval": 0.5, "wait_count": 3}
    assert adapt.checked({}) == {"interval": 1}
    with dask.config.set({"distributed.adaptive.interval": "0s"}), pytest.raises(ArgumentError):
        adapt.checked({})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"wait_cuont": 3},
            "'wait_cuont' .did you mean 'wait_count'.*: interval, target_duration, wait_count",
        ),
        ({"wait_count": 0}, "wait_count must be an integer, 1 or more; got 0"),
        ({"interval": "soon"}, "interval must be a time.*'soon'"),
        ({"interval": 0}, "interval must be longer than 0 s, got 0"),
        ({"interval": "0ms"}, "interval must be longer than 0 s, got '0ms'"),
    ],
)
def test_options_that_are_wrong(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        adapt.checked(options)
