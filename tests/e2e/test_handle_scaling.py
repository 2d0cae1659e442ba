"""Scaling by the handle: who goes, how long it takes, and that nothing is lost."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dask
import dask.array as da
import pytest
from dask_helm import HelmCluster, labels
from dask_helm.cluster.scaling.scale import COST
from dask_helm.errors import ArgumentError, LossError, UnknownPoolError
from distributed import Client, wait
from distributed.core import Status

from harness import observation, removals
from harness.handles import SMALL, Observer, handle
from harness.load import SECONDS, Load
from harness.release import Release
from harness.work import (
    OLD,
    digests,
    forgive_nothing,
    random_bytes,
    slow,
    statuses,
    suspicious,
)

CHEAPEST = "-2147483647"
VALUES: dict[str, Any] = {
    "jupyter": {"enabled": False},
    "workerDefaults": {"resources": SMALL, "threads": 1},
    "workers": {"default": {"replicas": 3}, "other": {"replicas": 1}},
}


@pytest.fixture(scope="module")
def installed(module_release: Release) -> Release:
    module_release.install(values=VALUES)
    return module_release


@pytest.fixture
def pools(installed: Release) -> Any:
    """Yield a handle with three workers in `default` and one in `other`."""
    with handle(installed) as opened:
        for group, number in {"default": 3, "other": 1}.items():
            opened.scale(number, group, force=True)
        opened.wait_ready(timeout=300)
        yield opened


def test_results_running_tasks_and_a_queue_survive(pools: HelmCluster, installed: Release) -> None:
    with Client(pools) as client:
        load = Load(client)
        observation.until(lambda: all(client.processing().values()))

        seen = Observer(installed)
        pods = set(seen.pods(labels.WORKER, "default"))
        started = time.monotonic()
        pools.scale(1)
        seconds = time.monotonic() - started
        left = set(seen.pods(labels.WORKER, "default"))
        assert seen.replicas() == len(left) == 1
        assert left < pods
        assert pools.observed == left | set(seen.pods(labels.WORKER, "other"))
        print(f"scale(1) took {seconds:.1f} s with tasks of {SECONDS:g} s")

        load.check()


def test_others_take_pods_away_at_the_same_time(pools: HelmCluster, installed: Release) -> None:
    with Client(pools) as client, ThreadPoolExecutor() as threads:
        load = Load(client, seconds=20)  # long enough to come between on a busy machine
        observation.until(lambda: all(client.processing().values()))
        scaling = threads.submit(removals.scale_by_handle, installed, 1)
        observation.until(lambda: "closing_gracefully" in statuses(client), pause=0.1)
        removals.delete(installed, min(removals.present(installed, "default")))
        removals.scale(installed, 2)
        refused = scaling.result()
        removals.gone(installed, 2)
        load.check()
    assert refused.startswith("ScaleError: Somebody else scaled default from 3 to 2 pods")


def test_idle_ones_go_first_and_only_of_that_pool(pools: HelmCluster, installed: Release) -> None:
    with Client(pools) as client:
        seen = Observer(installed)
        pools.scale(10)
        pools.wait_ready(timeout=300)
        first, second, *_ = sorted(seen.pods(labels.WORKER, "default"))
        busy = client.submit(slow(900), workers=[first], pure=False)
        held = client.submit(random_bytes(10_000_000), 0, workers=[second], pure=False)
        wait(held)
        observation.until(lambda: any(client.processing().values()))
        other = set(seen.pods(labels.WORKER, "other"))
        started = time.monotonic()
        pools.scale(2)
        print(f"scale from 10 to 2 took {time.monotonic() - started:.1f} s")
        assert set(seen.pods(labels.WORKER, "default")) == {first, second}
        assert set(seen.pods(labels.WORKER, "other")) == other
        assert busy.status == "pending", "nobody waited for it"
        client.cancel(busy, force=True)


def test_workers_with_actors_go_last(pools: HelmCluster, installed: Release) -> None:
    with Client(pools) as client:
        seen = Observer(installed)
        first, *_ = sorted(seen.pods(labels.WORKER, "default"))
        actor = client.submit(counter(), actor=True, workers=[first]).result(timeout=120)
        results = client.map(random_bytes(100_000), range(20), pure=False)
        wait(results, timeout=120)
        before = digests(client, results)
        pools.scale(1, "default")
        assert set(seen.pods(labels.WORKER, "default")) == {first}, "the others hold results"
        assert actor.increment().result() == 1
        pools.scale(2, "default")
        pools.wait_ready(timeout=300)
        with pytest.raises(LossError, match=rf"1 actor would be lost.*, on {first}\."):
            pools.scale(0, "default")
        pools.scale(0, "default", force=True)
        assert digests(client, results) == before, "only the actor is lost"


def counter() -> Any:
    """Return the class of an actor; it is nested, because workers cannot import this module."""

    class Counter:
        number = 0

        def increment(self) -> int:
            self.number += 1
            return self.number

    return Counter


def test_workers_of_a_shuffle_may_go(pools: HelmCluster) -> None:
    """They hold parts of all results of the shuffle, which begins again on the others."""
    with Client(pools) as client, dask.config.set({"array.rechunk.method": "p2p"}):
        # Small: one worker may have to hold all of it, with copies, and nannies end big workers.
        array = da.random.default_rng(1).integers(0, 9, (2000, 2000), chunks=(2000, 50))
        slow_down = array.map_blocks(pausing(), dtype=array.dtype)
        total = slow_down.rechunk((50, 2000)).sum()
        computing = client.compute(total)
        observation.until(lambda: shuffles(client) > 0)
        pools.scale(1, "default")
        assert computing.result(timeout=600) == client.compute(array.sum()).result(timeout=300)


def pausing() -> Callable[[Any], Any]:
    """Return a function that takes half a second for a block of an array."""

    def pause(block: Any) -> Any:
        time.sleep(0.5)
        return block

    return pause


def shuffles(client: Client) -> int:
    """Return the number of P2P shuffles in progress."""

    def function(dask_scheduler: Any) -> int:
        return len(dask_scheduler.plugins["shuffle"].active_shuffles)

    return int(client.run_on_scheduler(function))


def test_those_that_were_marked_are_those_that_go(pools: HelmCluster, installed: Release) -> None:
    seen = Observer(installed)
    version, pods = seen.version, set(seen.pods(labels.WORKER, "default"))
    pools.scale(1, "default")
    gone = pods - set(seen.pods(labels.WORKER, "default"))
    marks, sizes = seen.marks("default", version), seen.sizes("default", version)
    assert len(gone) == 2
    assert {name: cost for name, (cost, _) in marks.items()} == dict.fromkeys(gone, CHEAPEST)
    assert set(sizes) - {3} == {1}, "it is lowered in one step"
    assert max(when for _, when in marks.values()) < sizes[1], "after the pods were marked"
    assert pools.pools["default"].desired == seen.replicas() == 1


def test_the_last_worker_is_kept_with_what_it_holds(installed: Release) -> None:
    with handle(installed) as cluster, Client(cluster) as client:
        cluster.scale(0, "other", force=True)
        cluster.scale(1, "default", force=True)
        cluster.wait_for_workers(1, timeout=300)
        held = client.submit(random_bytes(1_000_000), 0, key="held", pure=False)
        wait(held)
        started = time.monotonic()
        with pytest.raises(LossError, match=r"1 result of 1\.0 MB would be lost.*: held\."):
            cluster.scale(0)
        assert time.monotonic() - started < 240, "there is nothing to wait for"
        assert Observer(installed).replicas() == 1
        assert len(held.result()) == 1_000_000
        cluster.scale(0, force=True)
        assert not Observer(installed).pods(labels.WORKER)
        observation.until(lambda: not cluster.observed)


def test_a_task_that_does_not_end_is_left_at_the_deadline(
    pools: HelmCluster, installed: Release
) -> None:
    with Client(pools) as client:
        first, second, third = sorted(Observer(installed).pods(labels.WORKER, "default"))
        (other,) = Observer(installed).pods(labels.WORKER, "other")
        endless = [
            client.submit(slow(600), workers=[pod], allow_other_workers=True, pure=False)
            for pod in (first, second, third, other)
        ]
        observation.until(lambda: sum(map(len, client.processing().values())) == 4)
        started = time.monotonic()
        pools.scale(2, timeout=3)
        assert 3 <= time.monotonic() - started < 240, "the tasks take 600 s"
        assert Observer(installed).replicas() == 2
        assert all(future.status == "pending" for future in endless)
        assert suspicious(client) == 0
        client.cancel(endless, force=True)
    pools.scale(0, force=True, timeout=0)
    pools.scale(0, "other", force=True, timeout=0)


def test_moved_again_and_again_is_no_failure(pools: HelmCluster) -> None:
    with Client(pools) as client:
        client.run_on_scheduler(forgive_nothing())
        tasks = client.map(slow(1), range(40), pure=False)
        for number in (1, 3, 1, 3, 1, 3):
            pools.scale(number)
            if number == 3:
                pools.wait_ready(timeout=300)
            assert suspicious(client) == 0
        assert len(client.gather(tasks)) == 40


def test_an_interruption_leaves_everything_as_it_was(
    pools: HelmCluster, installed: Release
) -> None:
    with Client(pools) as client:
        running = client.map(slow(5), range(8), pure=False)
        observation.until(lambda: len(client.processing()) == 4)

        jobs: list[asyncio.Future[Any]] = []

        async def begin() -> None:
            jobs.append(asyncio.ensure_future(pools._scale(1, "default")))

        async def interrupt() -> None:
            assert not jobs[0].done()
            jobs[0].cancel()
            await asyncio.wait(jobs)
            assert jobs[0].cancelled()

        pools.sync(begin)
        observation.until(lambda: "closing_gracefully" in statuses(client), pause=0.1)
        pools.sync(interrupt)
        seen = Observer(installed)
        pods = seen.pods(labels.WORKER, "default")
        assert seen.replicas() == len(pods) == 3
        assert not any(COST in (pod.metadata.annotations or {}) for pod in pods.values())
        observation.until(lambda: all(status(client, pod) == "running" for pod in pods))
        again = [client.submit(slow(0), workers=[pod], pure=False) for pod in pods]
        assert client.gather(again) == list(pods)
        assert len(client.gather(running)) == 8


def status(client: Client, name: str) -> str:
    return str(observation.workers(client)[name]["status"])


def test_closing_in_the_middle_leaves_everything_as_it_was(
    pools: HelmCluster, installed: Release
) -> None:
    with Client(pools) as client:
        running = client.map(slow(6), range(4), pure=False)
        observation.until(lambda: len(client.processing()) == 4)
        with handle(installed) as second:
            second.loop.add_callback(second._scale, 1, "default")
            observation.until(lambda: "closing_gracefully" in statuses(client))
        observation.until(lambda: statuses(client) == {"running"})  # they say so themselves
        assert Observer(installed).replicas() == 3
        assert len(client.gather(running)) == 4


def test_what_the_old_handle_promised(installed: Release) -> None:
    async def scenario() -> None:
        async with handle(installed, asynchronous=True) as cluster:
            for group in ("default", "other"):
                await cluster.scale(0, group, force=True)
            for number, pool, total in OLD:
                await cluster.scale(number, worker_group=pool)
                await cluster
                assert len(cluster.scheduler_info["workers"]) == total
            await cluster.scale(3)
            await cluster.scale(1, worker_group="other")
            await cluster
            groups = await cluster.pools
            registered = {name: group.registered for name, group in groups.items()}
            assert registered == {"default": 3, "other": 1}, "not only of the last call"
            with pytest.raises(ValueError, match="no pool 'bar'"):
                await cluster.scale(2, worker_group="bar")
            assert cluster.status == Status.running

    asyncio.run(scenario())


def test_numbers_and_names_that_make_no_sense(pools: HelmCluster) -> None:
    wrong: list[Any] = [-1, 1.5, True]
    for number in wrong:
        with pytest.raises(ArgumentError):
            pools.scale(number)
    with pytest.raises(UnknownPoolError, match="default, other"):
        pools.scale(1, "nix")


def test_pods_that_no_node_has_room_for_are_told_at_once(
    new_release: Callable[..., Release], capsys: pytest.CaptureFixture[str]
) -> None:
    release = new_release()
    huge = {"replicas": 0, "resources": {"requests": {"cpu": 900}}}
    release.install(values={"jupyter": {"enabled": False}, "workers": {"default": huge}})
    with handle(release, quiet=False) as cluster:
        started = time.monotonic()
        cluster.scale(2)
        assert time.monotonic() - started < 240, "it does not wait for pods"
        told = ""

        def both_are_told() -> bool:
            nonlocal told
            told += capsys.readouterr().out
            lines = [line for line in told.splitlines() if "Unschedulable: 0/" in line]
            return sum(2 if line.startswith("2 pods (") else 1 for line in lines) == 2

        observation.until(both_are_told)
        cluster.scale(0)
    assert not Observer(release).pods(labels.WORKER)
