"""What runs at the scheduler and in workers, which need not have this package.

Its text is sent and not its functions, for those would be bytecode, which another Python than that
of this machine runs wrongly, or crashes of. So it uses nothing but `distributed` (2022.10 or
newer), and is written for every Python that may be there.
"""

import asyncio
import time
from typing import Any, List  # noqa: UP035  # `list[str]` is an error before Python 3.9

from distributed import Scheduler, Worker


def give_back(addresses: List[str]) -> None:  # noqa: UP006
    """Let workers that begin no more tasks give back those that have not begun."""
    for worker in list(Worker._instances):
        if worker.address in addresses and worker.status.name == "closing_gracefully":
            _give_back(worker)


def _give_back(worker: Any) -> None:
    waiting = ("constrained", "ready", "waiting")
    for key in [key for key, task in worker.state.tasks.items() if task.state in waiting]:
        stimulus = {"stimulus_id": f"give-back-{time.time()}"}
        worker.batched_send({"op": "reschedule", "key": key, **stimulus})


def resume(addresses: List[str]) -> None:  # noqa: UP006
    """Let workers take tasks again."""
    for scheduler in list(Scheduler._instances):
        for address in addresses:
            worker = scheduler.workers.get(address)
            if worker is not None and worker.status.name == "closing_gracefully":
                change = {"op": "worker-status-change", "status": "running"}
                stimulus = {"stimulus_id": f"resume-{time.time()}"}
                scheduler.stream_comms[address].send({**change, **stimulus})


def hold(owner: str, addresses: List[str], seconds: float) -> bool:  # noqa: UP006
    """Give a lease of workers for so long, 0 to take it back; return whether `owner` has had it.

    Whoever came last has it. When it runs out the workers take tasks again.
    """
    had = [_hold(one, owner, addresses, seconds) for one in list(Scheduler._instances)]
    return all(had)


def _hold(scheduler: Any, owner: str, addresses: List[str], seconds: float) -> bool:  # noqa: UP006
    leases = scheduler.task_metadata.setdefault("dask-helm-leases", {})
    own = [one for one in addresses if leases.get(one, {}).get("owner") == owner]
    lease = {"owner": owner}

    def end() -> None:
        over = [one for one in addresses if leases.get(one) is lease]
        for one in over:
            del leases[one]
        resume(over)

    if seconds:
        leases.update(dict.fromkeys(addresses, lease))
        asyncio.get_running_loop().call_later(seconds, end)
    else:
        for one in own:
            del leases[one]
    return len(own) == len(addresses)
