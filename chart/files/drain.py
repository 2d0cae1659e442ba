"""The preStop hook of a worker pod: ends after the pod's workers have handed over their results.

A nanny of the pod, which has already loaded Dask, does the work (dask_helm_handover.py). If no
nanny answers, this process does the work, which takes a second and 80 MB more.

Any error ends the script, and the pod stops as it would without a hook.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # Python omits it with PYTHONSAFEPATH

from dask_helm_handover import Order, address, hand_over, stamped, took

# The defaults are for pods of an older chart, which also get this file during an upgrade.
ORDER = Order(
    os.environ["POD_NAME"],
    os.environ["DASK_SCHEDULER_ADDRESS"],
    time.monotonic(),
    float(os.environ.get("DRAIN_TIMEOUT", "20")),
    float(os.environ.get("DRAIN_REPLACEMENT_TIMEOUT", "15")),
)
# The output of a hook is not in the pod's log; the output of the container's first process is.
LOG = os.environ.get("DRAIN_LOG", "/proc/1/fd/1")
# Seconds that the pod may take to stop. Without a given time: for pods of an older chart.
GRACE_PERIOD = float(os.environ.get("DRAIN_GRACE_PERIOD", ORDER.timeout + 30))
# Seconds of these that are left for the worker to stop after the hook.
STOP_TIMEOUT = 10
# Seconds within which a nanny accepts an order.
NANNY_TIMEOUT = 3


def log(message):
    """Write a line to the pod's log, or skip the log if it cannot be written."""
    line = stamped(message)
    print(line, flush=True)
    try:
        # A log that nobody reads must not block the hook.
        target = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        os.write(target, f"{line}\n".encode())
        os.close(target)
    except OSError:
        pass


def end(message):
    """End the process at once, even if other threads and connections still wait."""
    log(took(ORDER, message))
    os._exit(0)


def end_after(seconds, message):
    """End the process after a number of seconds."""
    clock = threading.Timer(seconds, end, [message])
    clock.daemon = True
    clock.start()


def ask_nanny():
    """Return the status of a nanny that executed the order, or None if no nanny does."""
    with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as nanny:
        nanny.settimeout(NANNY_TIMEOUT)
        nanny.connect(address(ORDER.pod))
        nanny.sendall(json.dumps(ORDER).encode() + b"\n")
        if nanny.recv(1):
            nanny.settimeout(None)
            return int(nanny.recv(9))
    return None


async def do():
    """Hand over in this process and exit at once.

    Closing the event loop would wait for operations that are still in progress.
    """
    os._exit(await hand_over(ORDER, None, log))


def check():
    """Exit with a message unless this interpreter can run the hook."""
    if find_spec("distributed") is None:
        raise SystemExit(f"{sys.executable} has no module distributed")


def main():
    """Hand over within the time limit."""
    last = ORDER.begin + GRACE_PERIOD - STOP_TIMEOUT
    end_after(last - time.monotonic(), "there is no time left: ended")
    status = ask_nanny()
    if status is None:
        asyncio.run(do())
    os._exit(status)


if __name__ == "__main__":
    check() if sys.argv[1:] == ["--check"] else main()
