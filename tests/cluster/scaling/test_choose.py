"""Who goes first."""

import asyncio
import random
from typing import Any

import cloudpickle
import pytest
from dask_helm.cluster.release.pools import Pool
from dask_helm.cluster.scaling.choose import Candidate, candidates, choose
from dask_helm.errors import BusyError, LossError
from hypothesis import given
from hypothesis import strategies as st

from tests.cluster.fakes import deployment, ours, pod, running
from tests.cluster.release.test_pools import worker


def names(chosen: list[Candidate]) -> list[str]:
    return [one.pod for one in chosen]


def test_the_order() -> None:
    found = [
        Candidate("much", nbytes=2),
        Candidate("little", nbytes=1),
        Candidate("busy", busy=True),
        Candidate("actor", actors=("Counter-1",)),
        Candidate("long", long_running=True),
        Candidate("unregistered", registered=False),
        Candidate("unready", ready=False, registered=False),
    ]
    random.Random(1).shuffle(found)
    idle = ["unready", "unregistered", "little", "much"]
    assert names(choose(found, 5)) == [*idle, "busy"]
    assert names(choose(found, 7, force=True)) == [*idle, "busy", "actor", "long"]
    assert choose(found, 0) == choose(found, -1) == []


def test_of_equals_the_newest_goes() -> None:
    found = [Candidate(str(day), created=f"2026-01-0{day}") for day in (2, 3, 1)]
    assert names(choose(found, 2)) == ["3", "2"]


def test_long_running_tasks_are_spared_unless_forced() -> None:
    found = [
        Candidate("a", long_running=True),
        Candidate("b", long_running=True, nbytes=1),
        Candidate("c"),
    ]
    assert names(choose(found, 1)) == ["c"]
    with pytest.raises(BusyError, match=r"run long-running tasks.*: a\. .*force=True") as caught:
        choose(found, 2)
    assert caught.value.pods == ["a"]
    assert len(choose(found, 3, force=True)) == 3


def test_actors_are_spared_unless_forced() -> None:
    found = [
        Candidate("a", actors=("Counter-1",)),
        Candidate("b", actors=("Counter-2", "Counter-3")),
        Candidate("c", busy=True, nbytes=10**9),
    ]
    assert names(choose(found, 1)) == ["c"]
    message = (
        r"^1 actor would be lost, because Dask cannot move actors: Counter-1, on a\. "
        r"Use force=True to lose the actors; results are moved all the same"
    )
    with pytest.raises(LossError, match=message) as caught:
        choose(found, 2)
    assert caught.value.keys == ["Counter-1"]
    assert names(choose(found, 2, force=True)) == ["c", "a"]


@given(
    st.lists(
        st.builds(
            Candidate,
            st.uuids().map(str),
            ready=st.booleans(),
            registered=st.booleans(),
            busy=st.booleans(),
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
                assert (gone.busy, gone.nbytes) <= (other.busy, other.nbytes)


def test_five_hundred_of_a_thousand() -> None:
    spring = random.Random(1)
    found = [Candidate(str(index), nbytes=spring.randrange(10**9)) for index in range(1000)]
    chosen = choose(found, 500)
    assert max(one.nbytes for one in chosen) < min(one.nbytes for one in found if one not in chosen)


class Scheduler:
    """Knows these workers; each is long-running or not, with actors, busy or not, with bytes."""

    def __init__(self, known: dict[str, tuple[bool, list[str], bool, int]]) -> None:
        self.known = known

    async def run_function(self, function: bytes, args: bytes, kwargs: bytes) -> Any:
        assert cloudpickle.loads(function).__name__ == "survey"
        assert (cloudpickle.loads(args), cloudpickle.loads(kwargs)) == ((), {})
        return {"status": "OK", "result": self.known}


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
    idle = (False, list[str](), False, 5)
    known = {
        "tcp://0": idle,
        "tcp://1": (False, ["Counter-1"], False, 3),
        "tcp://2": (False, [], True, 4),
        "tcp://3": (True, [], True, 0),
        "tcp://4": idle,
    }
    assert asyncio.run(candidates(pool, Scheduler(known))) == [
        Candidate("a", actors=("Counter-1",), busy=True, nbytes=7, created="2026"),
        Candidate("b", ready=False, registered=False),
        Candidate("c", long_running=True, busy=True, nbytes=5),
        Candidate("d", registered=False),
    ]
