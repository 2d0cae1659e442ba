"""Who uses a scheduler: the connected clients, and the handles that adapt pools."""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from dask_helm.cluster.connect.calls import answered
from dask_helm.cluster.scaling import remote

# `distributed` calls a client Client-NAME-UUID, or Client-UUID without a name.
_CLIENT = re.compile(r"[^-]+-(?:(.*)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def clients(comm: Any) -> Counter[str] | None:
    """Return the number of connected clients by name, "" for those without a name.

    None if the scheduler is old and configured to run no functions. Raises LostError.
    """
    with answered(), suppress(ValueError):
        answer = await comm.run_function(**remote.shipped(remote.client_keys))
        if "result" in answer:
            return Counter(name(key) for key in answer["result"])
    return None


def name(key: str) -> str:
    """Return the name in the key of a client."""
    found = _CLIENT.fullmatch(key)
    return (found[1] or "") if found else key


def named(found: Counter[str]) -> dict[str, int]:
    """Return the clients that have a name, sorted."""
    return {name: found[name] for name in sorted(found) if name}


def line(found: Mapping[str, int]) -> str:
    """Return names with the number of clients: `ann 2, bob`."""
    return ", ".join(f"{name} {n}" if n > 1 else name for name, n in found.items())
