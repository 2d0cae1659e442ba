"""The names of the clients of a scheduler."""

import asyncio
from collections import Counter
from contextlib import aclosing

import pytest
from dask_helm.cluster.connect.calls import Calls
from dask_helm.cluster.scaling import users
from dask_helm.errors import LostError
from distributed import Client, Scheduler, Worker, get_client
from distributed.utils_test import captured_logger

UUID = "70c57f51-ecfc-11f1-b020-02fc00000001"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (f"Client-{UUID}", ""),
        (f"Client-ann-{UUID}", "ann"),
        (f"Client-bob-2-{UUID}", "bob-2"),
        (f"MyClient-{UUID}-{UUID}", UUID),
        (f"Client-\x1b[31mred\nScheduler  down-{UUID}", "?[31mred?Scheduler  down"),
        (f"Client-{'a' * 99}-{UUID}", "a" * 40),
        ("other", "other"),
    ],
)
def test_the_name_in_a_key(key: str, name: str) -> None:
    assert users.name(key) == name


def test_many_names_are_shortened() -> None:
    found = users.named(Counter({"": 3, "b": 2, "a": 1}))
    assert (found, users.line(found)) == ({"a": 1, "b": 2}, "a, b 2")
    line = users.line({f"n{number:02}": 1 for number in range(400)})
    assert line.endswith("n09 and 390 more")


def test_clients_are_followed_by_one_request() -> None:
    """Neither the scheduler itself nor a worker whose task was a client counts."""

    async def scenario() -> None:
        scheduler = Scheduler(host="127.0.0.1", port=0, dashboard_address=None)
        async with scheduler, Worker(scheduler.address) as _:
            comm = Calls(scheduler.address, {})
            async with Client(scheduler.address, asynchronous=True, name="ann") as client:
                await client.submit(lambda: get_client().id)
                assert await users.clients(comm) == {"ann": 1}
                with captured_logger("distributed.worker") as log:
                    async with aclosing(users.follow(comm)) as states:
                        assert [await anext(states) for _ in range(3)] == [{"ann": 1}] * 3
                assert "out-of-band" not in log.getvalue()
            await scheduler.close()
            with pytest.raises(LostError):
                await users.clients(comm)
            await comm.close_rpc()

    asyncio.run(scenario())
