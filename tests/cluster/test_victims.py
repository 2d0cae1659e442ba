"""Who goes first."""

import random
import time

import pytest
from dask_helm.cluster.pools import Pool
from dask_helm.cluster.victims import Candidate, candidates, choose
from dask_helm.errors import BusyError
from hypothesis import given
from hypothesis import strategies as st

from tests.cluster.fakes import deployment, ours, pod, running
from tests.cluster.test_pools import worker


def names(chosen: list[Candidate]) -> list[str]:
    return [one.pod for one in chosen]


def test_the_order() -> None:
    found = [
        Candidate("much", nbytes=200),
        Candidate("little", nbytes=100),
        Candidate("busy", processing=1),
        Candidate("long", long_running=1),
        Candidate("unregistered", registered=False),
        Candidate("unready", ready=False, registered=False),
    ]
    random.Random(1).shuffle(found)
    assert names(choose(found, 5)) == ["unready", "unregistered", "little", "much", "busy"]
    assert choose(found, 0) == choose(found, -1) == []


def test_of_equals_the_newest_goes() -> None:
    found = [Candidate(str(day), created=f"2026-01-0{day}") for day in (2, 3, 1)]
    assert names(choose(found, 2)) == ["3", "2"]


def test_long_running_tasks_are_spared_unless_forced() -> None:
    found = [Candidate("a", long_running=1), Candidate("b", long_running=2), Candidate("c")]
    assert names(choose(found, 1)) == ["c"]
    with pytest.raises(BusyError, match=r"run tasks.*: a\. .*force=True") as caught:
        choose(found, 2)
    assert caught.value.pods == ["a"]
    assert len(choose(found, 3, force=True)) == 3


@given(
    st.lists(
        st.builds(
            Candidate,
            st.uuids().map(str),
            ready=st.booleans(),
            registered=st.booleans(),
            processing=st.integers(0, 3),
            long_running=st.just(0),
            nbytes=st.integers(0, 3),
        )
    ),
    st.integers(0, 20),
)
def test_nobody_stays_who_is_less_busy_than_one_that_goes(
    found: list[Candidate], number: int
) -> None:
    chosen = choose(found, number)
    assert len(chosen) == min(number, len(found))
    staying = [one for one in found if one not in chosen]
    for gone in chosen:
        for other in staying:
            if gone.ready == other.ready and gone.registered == other.registered:
                assert (gone.processing > 0, gone.nbytes) <= (other.processing > 0, other.nbytes)


def test_five_hundred_of_a_thousand() -> None:
    spring = random.Random(1)
    found = [Candidate(str(index), nbytes=spring.randrange(10**9)) for index in range(1000)]
    started = time.perf_counter()
    chosen = choose(found, 500)
    assert time.perf_counter() - started < 0.1
    assert max(one.nbytes for one in chosen) < min(one.nbytes for one in found if one not in chosen)


def test_what_is_known_of_a_pod() -> None:
    own = ours("r", "worker", "default")
    counts = {"executing": 1, "long-running": 2}
    workers = {
        "tcp://1": worker("a-0", metrics={"managed_bytes": 5, "task_counts": counts}),
        "tcp://2": worker("a-1", metrics={"managed_bytes": 6}),
    }
    found = [
        pod("a", own, creationTimestamp="2026"),
        pod("b", own, running(ready=False)),
        pod("c", own, deletionTimestamp="now"),
    ]
    pool = Pool("default", deployment("w", own), found, {"a": workers})
    first = Candidate("a", True, True, 3, 2, 11, "2026")
    second = Candidate("b", ready=False, registered=False)
    assert candidates(pool, {"tcp://1": ["x", "y"], "tcp://2": ["z"]}) == [first, second]
