"""The clients that are connected to a scheduler, by name."""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from dask_helm.cluster.connect.calls import answered
from dask_helm.cluster.scaling import remote

_SECONDS = 2.0
_MOST_NAMES = 10
_LONGEST_NAME = 40
# `distributed` calls a client Client-NAME-UUID, or Client-UUID without a name.
_CLIENT = re.compile(r"[^-]+-(?:(.*)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.DOTALL)


async def follow(comm: Any) -> AsyncGenerator[Counter[str], None]:
    """Yield the number of connected clients by name, every 2 s; "" for those without a name.

    One request serves all of them: the scheduler logs each call of a function. Raises LostError
    when it does not answer any more.
    """
    with answered():
        stream = await comm.live_comm()
        try:
            function = remote.shipped(remote.client_keys)["function"]
            await stream.write({"op": "feed", "function": function, "interval": _SECONDS})
            while True:
                yield Counter(map(name, await stream.read()))
        finally:
            stream.abort()


async def clients(comm: Any) -> Counter[str]:
    """Return the number of connected clients by name. Raises LostError."""
    async with aclosing(follow(comm)) as states:
        return await anext(states)


def name(key: str) -> str:
    """Return the name in the key of a client, which any user of the scheduler can choose."""
    found = _CLIENT.fullmatch(key)
    chosen = (found[1] or "") if found else key
    return "".join(c if c.isprintable() else "?" for c in chosen[:_LONGEST_NAME])


def named(found: Counter[str]) -> dict[str, int]:
    """Return the clients that have a name, sorted."""
    return {name: found[name] for name in sorted(found) if name}


def line(found: Mapping[str, int]) -> str:
    """Return names with the number of clients: `ann 2, bob`."""
    shown = [f"{name} {n}" if n > 1 else name for name, n in found.items()]
    more = len(shown) - _MOST_NAMES
    return ", ".join(shown[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
