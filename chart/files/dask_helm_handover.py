"""Hands over what the workers of a pod hold, so that nothing is lost when they stop.

It needs nothing but `distributed` (2022.10 or newer), for it runs in the user's image: as a preload
in the pod's nannies, of which one does what drain.py, the preStop hook, orders; or in that hook.

1. The scheduler retires the workers: no new tasks, and others copy what only they hold. The
   processes stay alive, or the kubelet would start the container again.
2. Tasks that are queued here go to other workers at once.
3. Tasks that run here are waited for, until the deadline, and their results are copied as well.
4. The scheduler forgets the workers, so that what they leave undone does not count as its failure.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import struct
import time
import traceback
import zlib
from collections import namedtuple
from pathlib import Path
from urllib.parse import urlsplit

# Seconds within which a scheduler that is there has taken a connection.
CONNECT_TIMEOUT = 5
QUEUED = ("ready", "constrained", "waiting")
RUNNING = ("executing", "long-running")

# What a hook wants: the workers of this pod, known to the scheduler at this address, are to leave.
# `begin` is the time of Linux' monotonic clock, which all processes share, when the hook began;
# the timeouts are seconds, for tasks that run and for somebody to appear who can take the results.
Order = namedtuple("Order", "pod scheduler begin timeout replacement_timeout")


class NobodyError(Exception):
    """No other worker can take the results."""


def address(pod):
    """Return the address, an abstract socket, at which a nanny of the pod takes orders.

    Nannies that have loaded another version of this file have another one.
    """
    version = zlib.crc32(Path(__file__).read_bytes())
    return f"\0dask-helm-{pod}-{version:x}"


def stamped(message):
    """Return a line of the pod's log."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S')} - drain - {message}"


def took(order, message):
    """Return a message with the time since the hook began."""
    return f"{message} after {time.monotonic() - order.begin:.1f} s"


def is_reachable(address):
    """Whether something takes connections there; a busy scheduler does, too."""
    url = urlsplit(address)
    for _ in range(3):
        try:
            socket.create_connection((url.hostname, url.port), CONNECT_TIMEOUT).close()
            return True
        except socket.timeout:  # noqa: UP041  # no TimeoutError before Python 3.10
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


# Workers may import an older file of this name; what belongs to a main program is sent as a whole.
for sent in (stop_beginning, give_back, give_up, reschedule):
    sent.__module__ = "__main__"


class Departure:
    """What the scheduler is asked on behalf of this pod's workers."""

    def __init__(self, order, connect, scheduler, log):
        self.order = order
        self.connect = connect
        self.scheduler = scheduler
        self.log = log
        self.workers = []
        self.actors = {}  # the keys of the actors, by the address of their worker

    async def ask_scheduler(self, operation, **arguments):
        """Return the scheduler's answer; OSError soon after it has gone, not after Dask's 30 s.

        One that is there may be too busy for Dask's patience: it is asked again.
        """
        while True:
            try:
                return await self.answer(operation, arguments)
            except OSError as error:
                is_final = type(error).__name__ == "FatalCommClosedError"  # wrong certificates
                if is_final or not await self.is_there():
                    raise
            await asyncio.sleep(0.5)

    async def answer(self, operation, arguments):
        """Return the scheduler's answer; OSError when it has gone, or Dask waits no longer."""
        answer = asyncio.ensure_future(getattr(self.scheduler, operation)(**arguments))
        # Whoever asked may have been interrupted, and then nobody reads how it ended.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            while not (await asyncio.wait([answer], timeout=2))[0]:
                if not await self.is_there():
                    raise OSError(f"nothing answers at {self.order.scheduler}")
            return answer.result()
        finally:
            answer.cancel()

    async def is_there(self):
        """Whether the scheduler takes connections."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, is_reachable, self.order.scheduler)

    async def find(self):
        """Find this pod's workers by name: the pod's, with a number where there are several."""
        known = (await self.ask_scheduler("identity"))["workers"]
        name = re.compile(re.escape(self.order.pod) + r"(-\d+)?")
        self.workers = [a for a, worker in known.items() if name.fullmatch(str(worker["name"]))]

    async def copy(self):
        """Copy what only these workers hold; NobodyError when there is nowhere to copy it to."""
        deadline = time.monotonic() + self.order.replacement_timeout
        while not await self.try_to_copy():
            if time.monotonic() >= deadline and self.all_have_answered():
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

    def all_have_answered(self):
        """Whether it is known where actors are; the scheduler does not retire workers with one."""
        return set(self.workers) <= set(self.actors)

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
        queue = asyncio.ensure_future(self.give_back_queued())
        ending = asyncio.ensure_future(self.finish_tasks())
        try:
            unfinished = await self.outcome(ending)
            await self.disappear()
            return unfinished
        finally:
            queue.cancel()
            ending.cancel()

    async def outcome(self, ending):
        """Return the result of what waits for tasks; at the deadline, the keys of those left."""
        deadline = self.order.begin + self.order.timeout
        # Not wait_for, which waits for what it cancels, and older Pythons may lose a cancellation.
        await asyncio.wait([ending], timeout=max(0, deadline - time.monotonic()))
        return ending.result() if ending.done() else await self.tasks()

    async def report(self):
        """Hand over and return a sentence about it."""
        await self.find()
        if not self.workers:
            return f"the scheduler knows no worker {self.order.pod}: nothing to do"
        await self.find_actors()
        here = await self.results(self.workers)
        tasks = await self.tasks()
        self.log(f"{self.order.pod} leaves: {len(here)} results, {len(tasks)} tasks")
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


def connector(security):
    """Return a function that connects to an address, with TLS as it is configured there."""
    from distributed import rpc

    has_own = security.get_tls_config_for_role("worker")["cert"]
    arguments = security.get_connection_args("worker" if has_own else "client")
    return lambda address: rpc(address, connection_args=arguments)


async def hand_over(order, security, log):
    """Do what a hook orders; return the status that it ends with."""
    try:
        connect = connector(security)
        async with connect(order.scheduler) as scheduler:
            log(took(order, await Departure(order, connect, scheduler, log).report()))
            return 0
    except OSError as error:
        log(took(order, f"the connection to the scheduler is lost ({error}): ended"))
        return 0
    except Exception:
        log(took(order, f"{traceback.format_exc()}failed"))
        return 1


def say(message):
    """Write a line to the pod's log, which is what a nanny prints."""
    print(stamped(message), flush=True)


async def obey(order, reader, writer, security):
    """Do what a hook orders, as long as it waits, and answer with the status."""
    work = asyncio.ensure_future(hand_over(order, security, say))
    gone = asyncio.ensure_future(reader.read())
    await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        writer.write(f"{work.result()}\n".encode())
    work.cancel()
    gone.cancel()


def is_own(writer):
    """Whether a process of the same user is at the other end; the network may be the node's."""
    end = writer.get_extra_info("socket")
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return user == os.getuid()


async def dask_setup(nanny):
    """Take orders of the pod's hook."""

    async def serve(reader, writer):
        with contextlib.closing(writer), contextlib.suppress(ValueError, TypeError):
            if is_own(writer):
                order = Order(*json.loads(await reader.readline()))
                order = order._replace(scheduler=nanny.scheduler_addr)  # and no other
                writer.write(b"\n")  # at once, or the hook does it itself
                await obey(order, reader, writer, nanny.security)

    with contextlib.suppress(OSError):  # another nanny of the pod takes them
        nanny.orders = await asyncio.start_unix_server(serve, address(os.environ["POD_NAME"]))
