"""Functions that run at the scheduler and in workers, which need not have this package.

The source of this module is sent and compiled there: bytecode of this machine's Python would
misbehave or crash in another Python. So it only uses `distributed` (2022.10 or newer), in the
syntax of all Python versions. `distributed` passes `dask_scheduler` and `dask_worker`.
"""

import asyncio
import inspect
import sys
import time
from functools import lru_cache
from typing import Any, Callable, Dict, List, Tuple  # noqa: UP035  # for Python before 3.9

from distributed.protocol.pickle import dumps

_LEASES = "dask-helm-leases"


def shipped(function: Callable[..., Any], **given: Any) -> Dict[str, bytes]:  # noqa: UP006
    """Return the arguments of `run` and `run_function` that call a function of this module."""
    return {
        "function": dumps(_Source(function.__name__)),
        "args": dumps(()),
        "kwargs": dumps(given),
    }


class _Source:
    """Is unpickled as the function with this name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> Tuple[Any, ...]:  # noqa: UP006
        # `eval` exists in every Python; the text defines the functions in `space`.
        names = {"source": _source(), "space": {}, "name": self.name}
        return eval, ("exec(source, space) or space[name]", names)


@lru_cache  # a drain calls several times a second
def _source() -> str:
    return inspect.getsource(sys.modules[__name__])


def give_back(addresses: List[str], dask_worker: Any = None) -> None:  # noqa: UP006
    """Let a worker that starts no more tasks return its queued tasks to the scheduler.

    The worker forgets them at once: if `resume` follows, it must not start what it has returned.
    """
    if dask_worker.address in addresses and dask_worker.status.name == "closing_gracefully":
        from distributed.worker_state_machine import FreeKeysEvent

        waiting = ("constrained", "ready", "waiting")
        tasks = dask_worker.state.tasks
        keys = [key for key, task in tasks.items() if task.state in waiting]
        stimulus = f"give-back-{time.time()}"
        dask_worker.handle_stimulus(FreeKeysEvent(keys=keys, stimulus_id=stimulus))
        for key in keys:
            dask_worker.batched_send({"op": "reschedule", "key": key, "stimulus_id": stimulus})


def resume(addresses: List[str], dask_scheduler: Any = None) -> None:  # noqa: UP006
    """Let workers take tasks again."""
    for address in addresses:
        worker = dask_scheduler.workers.get(address)
        if worker is not None and worker.status.name == "closing_gracefully":
            change = {"op": "worker-status-change", "status": "running"}
            stimulus = {"stimulus_id": f"resume-{time.time()}"}
            dask_scheduler.stream_comms[address].send({**change, **stimulus})


def survey(dask_scheduler: Any = None) -> Dict[str, Tuple[bool, List[str], bool, int]]:  # noqa: UP006
    """Return the workers by address: has long-running tasks, actors, is busy, bytes stored.

    The scheduler's own numbers are newer than what the workers last reported.
    """
    return {
        address: (
            bool(worker.long_running),
            [str(actor.key) for actor in worker.actors],
            bool(worker.processing),
            worker.nbytes,
        )
        for address, worker in dask_scheduler.workers.items()
    }


def client_keys(dask_scheduler: Any = None) -> List[str]:  # noqa: UP006
    """Return the connected clients, without those of the scheduler itself and of workers."""
    own = ("fire-and-forget", "Client-worker-")
    return [key for key in dask_scheduler.clients if not key.startswith(own)]


def hold(
    owner: str,
    addresses: List[str],  # noqa: UP006
    seconds: float,
    dask_scheduler: Any = None,
) -> bool:
    """Give `owner` a lease of workers for some seconds, or end it for 0 seconds.

    The last owner has the lease. When it expires the workers take tasks again. Returns whether
    `owner` had it before.
    """
    leases = dask_scheduler.task_metadata.setdefault(_LEASES, {})
    own = [one for one in addresses if leases.get(one, {}).get("owner") == owner]
    lease = {"owner": owner}

    def end() -> None:
        expired = [one for one in addresses if leases.get(one) is lease]
        for one in expired:
            del leases[one]
        resume(expired, dask_scheduler)

    if seconds:
        leases.update(dict.fromkeys(addresses, lease))
        asyncio.get_running_loop().call_later(seconds, end)
    else:
        for one in own:
            del leases[one]
    return len(own) == len(addresses)
