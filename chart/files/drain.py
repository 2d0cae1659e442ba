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
REPLACEMENT_TIMEOUT = float(os.environ.get("DRAIN_REPLACEMENT_TIMEOUT", "15"))
# What a hook prints is in no log; what the first process of the container prints is.
LOG = os.environ.get("DRAIN_LOG", "/proc/1/fd/1")
# Seconds for the last results after the deadline: less than the chart adds to the grace period.
LAST_COPIES = 20
# Seconds within which a scheduler that is there has taken a connection.
CONNECT_TIMEOUT = 5
QUEUED = ("ready", "constrained", "waiting")
RUNNING = ("executing", "long-running")


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
        except TimeoutError:
            return False
        except OSError:  # refused, as by a process that starts again
            time.sleep(0.5)
    return False


# The next four run in a worker.


def stop_beginning(dask_worker):
    """Begin no more tasks if actors are here; return their keys.

    The scheduler says so to workers that it retires, but it retires none that holds an actor.
    """
    actors = list(dask_worker.state.actors)
    if actors and dask_worker.status.name == "running":
        dask_worker.handle_worker_status_change("closing_gracefully", f"drain-{time.time()}")
    return actors


def give_back(dask_worker):
    """Give back the tasks that have not begun.

    Only while the worker begins no tasks, for then what is queued stays queued.
    """
    if dask_worker.status.name == "closing_gracefully":
        reschedule(dask_worker, QUEUED)


def give_up(dask_worker):
    """Give back all tasks."""
    reschedule(dask_worker, QUEUED + RUNNING)


def reschedule(dask_worker, states):
    """Ask the scheduler to place the tasks in these states elsewhere."""
    for key, task in dask_worker.state.tasks.items():
        if task.state in states:
            message = {"op": "reschedule", "key": key, "stimulus_id": f"drain-{time.time()}"}
            dask_worker.batched_send(message)


class Departure:
    """What the scheduler is asked on behalf of this pod's workers."""

    def __init__(self, connect, scheduler):
        self.connect = connect
        self.scheduler = scheduler
        self.workers = []
        self.actors = {}  # the keys of the actors, by the address of their worker

    async def ask_scheduler(self, operation, **arguments):
        """Return the scheduler's answer; OSError soon after it has gone, not after Dask's 30 s."""
        answer = asyncio.ensure_future(getattr(self.scheduler, operation)(**arguments))
        while not (await asyncio.wait([answer], timeout=2))[0]:
            if not is_reachable(SCHEDULER):
                raise OSError(f"nothing answers at {SCHEDULER}")
        return answer.result()

    async def find(self):
        """Find this pod's workers by name: the pod's, with a number where there are several."""
        known = (await self.ask_scheduler("identity"))["workers"]
        name = re.compile(re.escape(POD) + r"(-\d+)?")
        self.workers = [a for a, worker in known.items() if name.fullmatch(str(worker["name"]))]

    async def copy(self):
        """Copy what only these workers hold; NobodyError when there is nowhere to copy it to."""
        deadline = time.monotonic() + REPLACEMENT_TIMEOUT
        while not await self.try_to_copy():
            if time.monotonic() >= deadline:
                raise NobodyError
            await asyncio.sleep(0.5)
            await self.find()

    async def try_to_copy(self):
        """Copy what only these workers hold; return whether that could be done."""
        await self.find_actors()
        return await self.retire() and await self.replicate()

    async def find_actors(self):
        """Find the actors; workers that hold one begin no more tasks."""
        self.actors.update(await self.ask(self.workers, stop_beginning))

    def with_actors(self):
        """Return the addresses of the workers that hold actors."""
        return [address for address in self.workers if self.actors.get(address)]

    async def retire(self, remove=False):
        """Let the scheduler retire the workers without actors; return whether it did."""
        workers = list(set(self.workers).difference(self.with_actors()))
        retired = await self.ask_scheduler(
            "retire_workers", workers=workers, remove=remove, close_workers=False
        )
        return set(workers) <= set(retired)

    async def replicate(self):
        """Copy what workers with actors hold, but these; return whether that could be done."""
        keys = await self.results(self.with_actors())
        # The scheduler fails when a result is released or the last worker leaves meanwhile.
        with contextlib.suppress(KeyError, ValueError, AssertionError):
            if keys:
                await self.ask_scheduler(
                    "replicate", keys=keys, n=1, workers=await self.staying(), delete=False
                )
            return True
        return False

    async def results(self, workers):
        """Return the keys of the results that are there, without actors."""
        held = await self.ask_scheduler("has_what", workers=workers)
        return list(set().union(*held.values()).difference(*self.actors.values()))

    async def staying(self):
        """Return the addresses of the workers that others may give their results to."""
        known = (await self.ask_scheduler("identity"))["workers"]
        running = {address for address, worker in known.items() if worker["status"] == "running"}
        return list(running.difference(self.workers))

    async def tasks(self):
        """Return the keys of the tasks that the scheduler expects to end here."""
        try:
            processing = await self.ask_scheduler("processing", workers=self.workers)
        except KeyError:  # one of them has gone by itself
            await self.find()
            return await self.tasks()
        return set().union(*processing.values())

    async def is_copied(self):
        """Whether every result is also on a worker that stays; others may be leaving as well."""
        keys = await self.results(self.workers)
        holders = await self.ask_scheduler("who_has", keys=keys) if keys else {}
        staying = set(await self.staying())
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
        await self.ask(self.with_actors(), give_up)

    async def give_back_queued(self):
        """Let the workers give back what is queued, again and again: more may be on its way."""
        pause = 0.2
        while True:
            await self.ask(self.workers, give_back)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10)

    async def ask(self, workers, function):
        """Run a function in workers and return the results of those that answer, by address."""
        results = {}
        await asyncio.gather(*(self.run(address, function, results) for address in workers))
        return results

    async def run(self, address, function, results):
        """Run a function in a worker and add its result, unless it takes too long or fails."""
        with contextlib.suppress(OSError, asyncio.TimeoutError, KeyError):
            answer = await asyncio.wait_for(self.call(address, function), 5)
            results[address] = answer["result"]

    async def call(self, address, function):
        """Return a worker's answer to the call of a function."""
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
        await self.find_actors()
        here = await self.results(self.workers)
        log(f"{POD} leaves: {len(here)} results, {len(await self.tasks())} tasks")
        try:
            return self.success(await self.leave())
        except NobodyError:
            here = await self.results(self.workers)
            return f"no other worker can take the {len(here)} results: given up"

    def success(self, unfinished):
        """Return a sentence about what was handed over and what was not."""
        actors = set().union(*self.actors.values())
        lost = f"; {len(actors)} actors are lost, for they cannot be moved: {some(actors)}"
        late = f"; {len(unfinished)} tasks did not end and begin again elsewhere: "
        return (
            "all results are handed over"
            + (lost if actors else "")
            + (late + some(unfinished) if unfinished else "")
        )


def some(keys):
    """Return the first of the keys as text."""
    return ", ".join(sorted(map(str, keys))[:10])


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
