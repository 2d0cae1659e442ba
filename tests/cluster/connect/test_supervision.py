"""What a handle makes of a scheduler that answers, does not, or is another one."""

import asyncio
from typing import Any

import pytest
from dask_helm.cluster.connect.supervision import Supervisor
from dask_helm.errors import LostError, NoReleaseError

from tests.cluster.fakes import Object


class Comm:
    """Gives the answers of a list, after a pause, and raises those that are errors."""

    pause = 0.0

    def __init__(self, *answers: Object | Exception) -> None:
        self.answers = list(answers)

    async def identity(self) -> Object:
        await asyncio.sleep(self.pause)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(scheduler: str, *workers: str) -> Object:
    return {"id": scheduler, "type": "Scheduler", "workers": {one: {} for one in workers}}


BROKEN = ConnectionResetError("broken")


async def nothing() -> None:
    """See nothing."""


async def gone() -> None:
    raise NoReleaseError("gone")


async def supervise(*answers: Object | Exception, survey: Any = nothing) -> list[str]:
    """Return what is told when the scheduler is asked until there are no more answers."""
    told: list[str] = []
    comm = Comm(*answers)
    supervisor = Supervisor(comm, 60, "my.team", told.append, survey)
    await supervisor.start()
    while comm.answers:
        try:
            await supervisor.refresh()
        except LostError as error:
            supervisor.lost = True
            told.append(str(error))
    await supervisor.stop()
    return [*told, *supervisor.info["workers"]]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([answer("a")], []),
        ([answer("a"), answer("a", "tcp://1")], ["tcp://1"]),
        ([answer("a"), BROKEN, answer("a")], []),
        ([BROKEN, answer("a")], []),
        (
            [answer("a", "tcp://1"), BROKEN, BROKEN, answer("a")],
            [
                "The scheduler of my.team does not answer any more: broken",
                "The scheduler of my.team answers again.",
            ],
        ),
        (
            [answer("a"), answer("b"), answer("b")],
            [
                "The scheduler of my.team was replaced. This handle is connected to the new one; "
                "earlier results are lost."
            ],
        ),
    ],
)
def test_what_is_told(answers: list[Object | Exception], told: list[str]) -> None:
    assert asyncio.run(supervise(*answers)) == told


def test_several_that_ask_at_the_same_time_hear_of_it_once() -> None:
    async def scenario() -> list[str]:
        told: list[str] = []
        comm = Comm(answer("a"), answer("b"), answer("b"), answer("b"))
        supervisor = Supervisor(comm, 60, "my.team", told.append, nothing)
        await supervisor.start()
        comm.pause = 0.01
        await asyncio.gather(*(supervisor.refresh() for _ in range(3)))
        await supervisor.stop()
        return told

    (told,) = asyncio.run(scenario())
    assert "was replaced" in told


def test_what_cannot_be_seen_does_not_end_it() -> None:
    assert asyncio.run(supervise(answer("a"), answer("a"), survey=gone)) == []


def test_a_scheduler_that_does_not_answer_at_first() -> None:
    with pytest.raises(LostError, match="does not answer any more: broken"):
        asyncio.run(supervise(BROKEN, BROKEN))


def test_a_replaced_scheduler_is_told_once_though_several_ask() -> None:
    async def scenario() -> list[str]:
        told: list[str] = []
        comm = Late(answer("a"), *[answer("b")] * 3)
        supervisor = Supervisor(comm, 60, "my.team", told.append, nothing)
        await supervisor.start()
        await asyncio.gather(*(supervisor.refresh() for _ in range(3)))
        await supervisor.stop()
        return told

    (once,) = asyncio.run(scenario())
    assert once.startswith("The scheduler of my.team was replaced")


class Late(Comm):
    """Answers after a while."""

    async def identity(self) -> Object:
        await asyncio.sleep(0.01)
        return await super().identity()
