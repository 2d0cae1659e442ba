"""The preStop hook of a worker pod: hands over what the pod's workers hold before they are stopped.

It needs nothing but `distributed` (2022.10 or newer), for it runs in the user's image.

1. The scheduler retires the workers: no new tasks, and others copy what only they hold. The
   processes stay alive, or the kubelet would start the container again.
2. Tasks that are queued here go to other workers at once.
3. Tasks that run here are waited for, until the deadline, and their results are copied as well.
4. The scheduler forgets the workers, so that what they leave undone does not count as its failure.

Whatever goes wrong ends the script, and the pod stops as it would without it.
"""

import asyncio
import contextlib
import os
import re
import socket
import threading
import time
import traceback
from urllib.parse import urlsplit

BEGIN = time.monotonic()
POD = os.environ["POD_NAME"]
SCHEDULER = os.environ["DASK_SCHEDULER_ADDRESS"]
# Seconds for the tasks that run here, and for a replacement when nobody else can take the results.
# With defaults, for while a release is upgraded this file also reaches pods of an older chart.
TIMEOUT = float(os.environ.get("DRAIN_TIMEOUT", "20"))
REPLACEMENT_TIMEOUT = float(os.environ.get("DRAIN_REPLACEMENT_TIMEOUT", "10"))
# What a hook prints is in no log; what the first process of the container prints is.
LOG = os.environ.get("DRAIN_LOG", "/proc/1/fd/1")
# Seconds for the last results after the deadline: less than the chart adds to the grace period.
LAST_COPIES = 20
# Seconds within which a scheduler that is there has taken a connection.
CONNECT_TIMEOUT = 5
QUEUED = ("ready", "constrained", "waiting")


class NobodyError(Exception):
    """No other worker can take the results."""


def log(message):
    """Write a line to the pod's log, or nowhere when that is not allowed."""
    line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} - drain - {message}"
    print(line, flush=True)
    try:
        # A log that nobody reads must not hold up the hook.
        target = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        os.write(target, f"{line}\n".encode())
        os.close(target)
    except OSError:
        pass


def end(message, status=0):
    """End the process, whatever its other threads and connections wait for."""
    log(f"{message} after {time.monotonic() - BEGIN:.1f} s")
    os._exit(status)


def end_after(seconds, message):
    """Return a clock that ends the process unless it is cancelled before."""
    clock = threading.Timer(seconds, end, [message])
    clock.daemon = True
    clock.start()
    return clock


def is_reachable(address):
    """Whether something takes connections there; a busy scheduler does, too."""
    url = urlsplit(address)
    for _ in range(3):
        try:
            socket.create_connection((url.hostname, url.port), CONNECT_TIMEOUT).close()
            return True
        except OSError:
            time.sleep(0.5)
    return False


def give_back(dask_worker):
    """Ask the scheduler to place tasks elsewhere that have not begun here; runs in the worker.

    Only while the worker begins no tasks, for then what is queued stays queued.
    """
    if dask_worker.status.name != "closing_gracefully":
        return 0
    queued = [key for key, task in dask_worker.state.tasks.items() if task.state in QUEUED]
    for key in queued:
        stimulus = f"drain-{time.time()}"
        dask_worker.batched_send({"op": "reschedule", "key": key, "stimulus_id": stimulus})
    return len(queued)


class Departure:
    """What the scheduler is asked on behalf of this pod's workers."""

    def __init__(self, connect, scheduler):
        self.connect = connect
        self.scheduler = scheduler
        self.workers = []

    async def find(self):
        """Find this pod's workers by name: the pod's, with a number where there are several."""
        known = (await self.scheduler.identity())["workers"]
        name = re.compile(re.escape(POD) + r"(-\d+)?")
        self.workers = [a for a, worker in known.items() if name.fullmatch(str(worker["name"]))]

    async def retire(self, remove=False):
        """Copy what only these workers hold; return whether all of them could be retired."""
        retired = await self.scheduler.retire_workers(
            workers=self.workers, remove=remove, close_workers=False
        )
        return set(self.workers) <= set(retired)

    async def copy(self):
        """Copy what only these workers hold; NobodyError when there is nowhere to copy it to."""
        deadline = time.monotonic() + REPLACEMENT_TIMEOUT
        while not await self.retire():
            await self.find()
            if time.monotonic() >= deadline:
                raise NobodyError
            await asyncio.sleep(0.5)

    async def results(self):
        """Return the keys of the results that are here."""
        return set().union(*(await self.scheduler.has_what(workers=self.workers)).values())

    async def tasks(self):
        """Return the keys of the tasks that the scheduler expects to end here."""
        try:
            processing = await self.scheduler.processing(workers=self.workers)
        except KeyError:  # one of them has gone by itself
            await self.find()
            return await self.tasks()
        return set().union(*processing.values())

    async def is_copied(self):
        """Whether every result is also on a worker that stays; others may be leaving as well."""
        keys = await self.results()
        holders = await self.scheduler.who_has(keys=list(keys)) if keys else {}
        known = (await self.scheduler.identity())["workers"]
        staying = {address for address, worker in known.items() if worker["status"] == "running"}
        return all(staying.intersection(addresses) for addresses in holders.values())

    async def tasks_after(self, seconds):
        """Return the keys of the tasks that still run here then, or [] as soon as none does."""
        deadline = time.monotonic() + seconds
        while await self.tasks() and time.monotonic() < deadline:
            await asyncio.sleep(0.25)
        return await self.tasks()

    async def finish_tasks(self):
        """Return [] when no task runs here any more; copy in the meantime what is ready."""
        await self.copy()
        while await self.tasks_after(5):
            await self.copy()
        return []

    async def disappear(self):
        """Let the scheduler forget these workers as soon as nothing is lost by it."""
        await self.copy()
        while not (await self.is_copied() and await self.retire(remove=True)):
            await asyncio.sleep(0.2)
            await self.copy()

    async def give_back_queued(self):
        """Let the workers give back what is queued, again and again: more may be on its way."""
        pause = 0.2
        while True:
            for address in self.workers:
                with contextlib.suppress(OSError, asyncio.TimeoutError):
                    await asyncio.wait_for(self.run(address, give_back), 5)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10)

    async def run(self, address, function):
        """Run a function in one of the workers."""
        from distributed.protocol.pickle import dumps

        async with self.connect(address) as worker:
            return await worker.run(function=dumps(function), args=dumps(()), kwargs=dumps({}))

    async def leave(self):
        """Hand over; return the keys of the tasks that did not end in time."""
        self.queue = asyncio.ensure_future(self.give_back_queued())
        ending = asyncio.ensure_future(self.finish_tasks())
        # Not wait_for, which waits for what it cancels, and older Pythons may lose a cancellation.
        await asyncio.wait([ending], timeout=max(0, BEGIN + TIMEOUT - time.monotonic()))
        unfinished = ending.result() if ending.done() else await self.tasks()
        await self.disappear()
        return unfinished

    async def report(self):
        """Hand over and return a sentence about it."""
        await self.find()
        if not self.workers:
            return f"the scheduler knows no worker {POD}: nothing to do"
        log(f"{POD} leaves: {len(await self.results())} results, {len(await self.tasks())} tasks")
        try:
            unfinished = await self.leave()
        except NobodyError:
            return f"no other worker can take the {len(await self.results())} results: given up"
        some = ", ".join(sorted(map(str, unfinished))[:10])
        late = f"; {len(unfinished)} tasks did not end and begin again elsewhere: {some}"
        return "all results are handed over" + (late if unfinished else "")


def connector():
    """Return a function that connects to an address, with TLS as Dask is configured for it."""
    from distributed import Security, rpc

    security = Security()
    has_own = security.get_tls_config_for_role("worker")["cert"]
    arguments = security.get_connection_args("worker" if has_own else "client")
    return lambda address: rpc(address, connection_args=arguments)


async def drain():
    """Hand over, and end here: a loop that is closed waits for what is still under way."""
    try:
        connect = connector()
        end(await Departure(connect, connect(SCHEDULER)).report())
    except OSError as error:
        end(f"the connection to the scheduler is lost ({error}): ended")
    except Exception:
        end(f"{traceback.format_exc()}failed", status=1)


def main():
    """Hand over within the time that there is."""
    nobody = f"the scheduler {SCHEDULER} cannot be reached: nothing to do"
    clock = end_after(CONNECT_TIMEOUT, nobody)
    if not is_reachable(SCHEDULER):
        end(nobody)
    clock.cancel()
    end_after(BEGIN + TIMEOUT + LAST_COPIES - time.monotonic(), "there is no time left: ended")
    asyncio.run(drain())


if __name__ == "__main__":
    main()
