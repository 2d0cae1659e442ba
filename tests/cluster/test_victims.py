"""Who goes first."""

import asyncio
import random

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
        Candidate("much", place=1),
        Candidate("little", place=0),
        Candidate("busy", place=2),
        Candidate("long", long_running=True),
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
    found = [
        Candidate("a", long_running=True),
        Candidate("b", long_running=True, place=1),
        Candidate("c"),
    ]
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
            place=st.integers(0, 3),
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
                assert gone.place <= other.place


def test_five_hundred_of_a_thousand() -> None:
    spring = random.Random(1)
    found = [Candidate(str(index), place=spring.randrange(10**9)) for index in range(1000)]
    chosen = choose(found, 500)
    assert max(one.place for one in chosen) < min(one.place for one in found if one not in chosen)


class Scheduler:
    """Would close the workers in the order of `closing`."""

    def __init__(self, known: list[str], closing: list[str]) -> None:
        self.known, self.closing = known, closing

    async def ncores(self) -> dict[str, int]:
        return dict.fromkeys(self.known, 1)

    async def workers_to_close(self, n: int, key: bytes, attribute: str) -> list[str]:
        assert n > len(self.known)
        assert attribute == "address"
        return self.closing


def test_what_is_known_of_a_pod() -> None:
    own = ours("r", "worker", "default")
    found = [
        pod("a", own, creationTimestamp="2026"),
        pod("b", own, running(ready=False)),
        pod("c", own),
        pod("d", own),
        pod("e", own, deletionTimestamp="now"),
    ]
    workers = {
        "a": {"tcp://1": worker("a-0"), "tcp://2": worker("a-1")},
        "c": {"tcp://3": worker("c-0"), "tcp://4": worker("c-1")},
        "d": {"tcp://5": worker("d")},
    }
    pool = Pool("default", deployment("w", own), found, workers)
    known = [f"tcp://{number}" for number in (0, 1, 2, 3, 4)]
    scheduler = Scheduler(known, ["tcp://0", "tcp://2", "tcp://1", "tcp://3"])
    assert asyncio.run(candidates(pool, scheduler)) == [
        Candidate("a", place=1, created="2026"),
        Candidate("b", ready=False, registered=False),
        Candidate("c", long_running=True, place=3),
        Candidate("d", registered=False),
    ]
