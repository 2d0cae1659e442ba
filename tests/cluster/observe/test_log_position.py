"""No line of a log comes twice, and none is lost, wherever its reading breaks off."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from dask_helm.cluster.observe import logs
from dask_helm.cluster.observe.log_position import LogPosition
from dask_helm.cluster.observe.logs import LogOptions, Reader
from dask_helm.cluster.release.discovery import Release
from dask_helm.cluster.release.pools import Pool, View
from dask_helm.cluster.release.schemes import OURS
from dask_helm.errors import ForbiddenError, KubernetesError, UnavailableError
from hypothesis import given
from hypothesis import strategies as st

from tests.cluster.fakes import Object, deployment, ours, pod

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
BROKEN = UnavailableError("broken")


def stamped(second: float, text: str) -> str:
    """Return a line as the API server gives it with timestamps."""
    when = BEGIN + timedelta(microseconds=round(second * 1e6))
    return f"{when:%Y-%m-%dT%H:%M:%S.%f}000Z {text}"


def since(lines: list[str], params: dict[str, str]) -> list[str]:
    """Return the lines that the API server gives: it compares them with whole seconds."""
    first = params.get("sinceTime", "").removesuffix("Z")
    chosen = [line for line in lines if line >= first]
    return chosen[-int(params["tailLines"]) :] if "tailLines" in params else chosen


@given(
    st.lists(st.sampled_from([0, 0, 0, 0.0001, 0.3, 0.9, 1, 1.7, 5, 4000]), min_size=1),
    st.lists(st.integers(0, 9), max_size=20),
    st.integers(0, 20),
    st.integers(2, 5),
)
def test_nothing_is_lost_and_nothing_doubled(
    pauses: list[float], breaks: list[int], before: int, different: int
) -> None:
    second, lines = 0.0, []
    for index, pause in enumerate(pauses):
        second += pause
        lines.append(stamped(second, f"line {index % different}"))
    place, found, printed = LogPosition({}), [], before
    for number in [*breaks, len(lines)]:
        chosen = since(lines[:printed], place.params())
        found += [text for line in chosen[:-1] if (text := place.text(line)) is not None]
        printed += number  # the last line was cut off
    found += [text for line in since(lines, place.params()) if (text := place.text(line))]
    assert found == [line.partition(" ")[2] for line in lines]


def test_only_the_last_lines_are_wanted_and_not_those_before_after_a_break() -> None:
    place = LogPosition({"tailLines": "2"})
    lines = [stamped(0.1 * number, str(number)) for number in range(8)]
    assert [place.text(line) for line in since(lines[:6], place.params())] == ["4", "5"]
    assert [place.text(line) for line in since(lines, place.params())] == [None] * 6 + ["6", "7"]


@pytest.mark.parametrize(
    ("params", "again"),
    [
        ({}, {}),
        ({"previous": "true"}, {}),
        ({"tailLines": "0"}, {"sinceSeconds": "1"}),
        ({"tailLines": "5", "sinceSeconds": "60"}, {"sinceSeconds": "61"}),
    ],
)
def test_a_log_of_which_nothing_has_come(params: dict[str, str], again: dict[str, str]) -> None:
    place = LogPosition(params)
    assert [place.params(), place.params()] == [params, again]


def test_what_was_printed_during_the_break_counts() -> None:
    place = LogPosition({"tailLines": "0"})
    place.params()
    place._begun = time.time() - 100
    assert int(place.params()["sinceSeconds"]) >= 101


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("2026-01-01T00:00:00.123456789Z text", "text"),
        ("2026-01-01T00:00:00Z ", ""),
        ("2026-01-01T00:00:00.5+02:00  indented", " indented"),
        ("the rest of a line", "the rest of a line"),
    ],
)
def test_times_are_taken_off(line: str, text: str) -> None:
    assert LogPosition({}).text(line) == text


@pytest.mark.parametrize("zone", ["Z", "+02:00", "-03:30"])
def test_the_time_to_go_on_at_is_that_of_any_zone(zone: str) -> None:
    place = LogPosition({})
    place.params()
    place.text(f"2026-06-01T12:00:05.7{zone} text")
    began = datetime.fromisoformat(f"2026-06-01T12:00:04{zone.replace('Z', '+00:00')}")
    expected = f"{began.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    assert place.params() == {"sinceTime": expected}


Part = tuple[list[str], Exception | None]


class Followed:
    """Gives parts of a log, each until it ends or breaks; keeps the parameters."""

    def __init__(self, *parts: Part) -> None:
        self.parts, self.asked = list(parts), list[dict[str, str]]()
        self.states: list[Object] = []

    @asynccontextmanager
    async def follow(
        self, namespace: str, name: str, params: dict[str, str]
    ) -> AsyncIterator[AsyncIterator[str]]:
        assert (params.pop("container"), params.pop("timestamps")) == ("main", "true")
        self.asked.append(params)
        yield self._lines()

    async def _lines(self) -> AsyncIterator[str]:
        lines, error = self.parts.pop(0) if self.parts else ([], None)
        for line in lines:
            yield line
        if error:
            raise error
        if not self.parts:
            await asyncio.Event().wait()

    async def look(self) -> View:
        """Look at a pod whose states change with each look."""
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if "error" in state:
            raise state["error"]
        found = pod("s", ours("r", "scheduler"))
        found["spec"] = {"containers": [{"name": "main"}]}
        found["status"]["containerStatuses"] = [{"name": "main", **state}]
        part = Pool("scheduler", deployment("s", {}), [found])
        return View(Release("r", "here", OURS, "r-dask"), {}, [part])


RUNS: Object = {"containerID": "1", "state": {"running": {}}}
CRASHED: Object = {"containerID": "1", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
NEXT: Object = {"containerID": "2", "state": {"running": {}}}
SINCE = "2025-12-31T23:59:59Z"


def follow(followed: Followed, number: int, asked: LogOptions | None = None) -> list[str]:
    """Return so many lines of what is followed."""

    async def run() -> list[str]:
        reader: Any = Reader(followed, "here")  # type: ignore[arg-type]
        found: list[str] = []
        async with aclosing(reader.follow(asked or LogOptions(), followed.look)) as lines:
            async for _, line in lines:
                found.append(line)
                if len(found) == number:
                    break
        return found

    return asyncio.run(asyncio.wait_for(run(), 120))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_LOOK_SECONDS", 0.01)


A, B, C = (stamped(number / 10, text) for number, text in enumerate("abc"))


def test_after_a_break_it_goes_on_where_it_was() -> None:
    followed = Followed(([A, B], BROKEN), ([], BROKEN), ([A, B, C], None))
    followed.states = [RUNS]
    assert follow(followed, 3) == ["a", "b", "c"]
    assert followed.asked == [{}, {"sinceTime": SINCE}, {"sinceTime": SINCE}]


def test_what_a_container_printed_before_it_was_replaced_comes_first() -> None:
    followed = Followed(([A], BROKEN), ([A, B], None), ([C], None))
    followed.states = [RUNS, NEXT]
    assert follow(followed, 3) == ["a", "b", "c"]
    again = {"sinceTime": SINCE}
    assert followed.asked == [{}, {"previous": "true", **again}, again]


def test_one_that_crashes_is_asked_once_and_the_next_wholly() -> None:
    followed = Followed(([A], None), ([B], None))
    followed.states = [CRASHED] * 5 + [NEXT]
    assert follow(followed, 2, LogOptions(tail_lines=1)) == ["a", "b"]
    assert followed.asked == [{"tailLines": "1"}, {"sinceTime": SINCE}]


def test_a_connection_that_died_while_the_machine_slept_is_no_end() -> None:
    followed = Followed(([A], None), ([B], None))
    followed.states = [RUNS, {"error": BROKEN}, NEXT]
    assert follow(followed, 2) == ["a", "b"]
    followed.states = [{"error": BROKEN}]
    with pytest.raises(UnavailableError):
        follow(followed, 1)


def test_what_may_not_be_read_ends_it_and_what_has_no_log_does_not() -> None:
    followed = Followed(([], KubernetesError("not found", 404)), ([A], None))
    followed.states = [RUNS]
    assert follow(followed, 1) == ["a"]
    refused: Any = ForbiddenError("get", "pods/log", "here", "no")
    followed = Followed(([], refused))
    followed.states = [RUNS]
    with pytest.raises(ForbiddenError):
        follow(followed, 1)
