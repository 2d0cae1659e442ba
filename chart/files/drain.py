"""The preStop hook of a worker pod: has handed over what the pod's workers hold, and then ends.

A nanny of the pod does it (dask_helm_handover.py), which has Dask loaded. Where none answers this
process does it, and needs a second and 80 MB more.

Whatever goes wrong ends the script, and the pod stops as it would without it.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # which Python leaves out with PYTHONSAFEPATH

from dask_helm_handover import (
    CONNECT_TIMEOUT,
    Order,
    address,
    hand_over,
    is_reachable,
    stamped,
    took,
)

# With defaults, for while a release is upgraded this file also reaches pods of an older chart.
ORDER = Order(
    os.environ["POD_NAME"],
    os.environ["DASK_SCHEDULER_ADDRESS"],
    time.monotonic(),
    float(os.environ.get("DRAIN_TIMEOUT", "20")),
    float(os.environ.get("DRAIN_REPLACEMENT_TIMEOUT", "15")),
)
# What a hook prints is in no log; what the first process of the container prints is.
LOG = os.environ.get("DRAIN_LOG", "/proc/1/fd/1")
# Seconds for the last results after the deadline: less than the chart adds to the grace period.
LAST_COPIES = 20
# Seconds within which a nanny takes an order.
NANNY_TIMEOUT = 3


def log(message):
    """Write a line to the pod's log, or nowhere when that is not allowed."""
    line = stamped(message)
    print(line, flush=True)
    try:
        # A log that nobody reads must not hold up the hook.
        target = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        os.write(target, f"{line}\n".encode())
        os.close(target)
    except OSError:
        pass


def end(message):
    """End the process, whatever its other threads and connections wait for."""
    log(took(ORDER, message))
    os._exit(0)


def end_after(seconds, message):
    """Return a clock that ends the process unless it is cancelled before."""
    clock = threading.Timer(seconds, end, [message])
    clock.daemon = True
    clock.start()
    return clock


def ask_nanny():
    """Return the status with which a nanny has done it, or None when none does."""
    with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as nanny:
        nanny.settimeout(NANNY_TIMEOUT)
        nanny.connect(address(ORDER.pod))
        nanny.sendall(json.dumps(ORDER).encode() + b"\n")
        if nanny.recv(1):
            nanny.settimeout(None)
            return int(nanny.recv(9))
    return None


async def do():
    """Hand over here, and end here: a loop that is closed waits for what is still under way."""
    from distributed import Security

    os._exit(await hand_over(ORDER, Security(), log))


def main():
    """Hand over within the time that there is."""
    nobody = f"the scheduler {ORDER.scheduler} cannot be reached: nothing to do"
    clock = end_after(CONNECT_TIMEOUT, nobody)
    if not is_reachable(ORDER.scheduler):
        end(nobody)
    clock.cancel()
    last = ORDER.begin + ORDER.timeout + LAST_COPIES
    end_after(last - time.monotonic(), "there is no time left: ended")
    status = ask_nanny()
    if status is None:
        asyncio.run(do())
    os._exit(status)


if __name__ == "__main__":
    main()
