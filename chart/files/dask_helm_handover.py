"""Hands over the results and tasks of a pod's workers, so that nothing is lost when they stop.

The module needs only `distributed` (2022.10 or newer), because it runs in the user's image. It is a
preload of the pod's nannies; one of them executes the order of drain.py, the preStop hook. If no
nanny answers, the hook itself runs this code.

1. The scheduler retires the workers: they get no new tasks, and other workers copy results that
   only they hold. Their processes stay alive; otherwise the kubelet would restart the container.
2. Tasks that are queued here move to other workers at once.
3. Tasks that run here may finish until the deadline, and their results are copied as well.
4. The scheduler forgets the workers, so that their unfinished tasks do not count as failed.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import zlib
from collections import namedtuple
from pathlib import Path
from urllib.parse import urlsplit

# Seconds to wait for a connection before a scheduler without connections to the pod counts as gone.
CONNECT_TIMEOUT = 5
ESTABLISHED = "01"  # a state in /proc/net/tcp
# Seconds within which a starting worker registers with the scheduler.
START_TIMEOUT = 30
# The topic of the Dask events that report hooks that cannot work to the scheduler.
FAULTS = "dask-helm-hook-faults"
QUEUED = ("ready", "constrained", "waiting")
RUNNING = ("executing", "long-running")

# The order of a hook: the workers of this pod, known to the scheduler at this address, must leave.
# `begin` is the start of the hook on Linux's monotonic clock, which all processes share. The
# timeouts are in seconds: `timeout` for running tasks, `replacement_timeout` for the appearance of
# another worker that can take the results.
Order = namedtuple("Order", "pod scheduler begin timeout replacement_timeout")


class NobodyError(Exception):
    """No other worker can take the results."""


def address(pod):
    """Return the address, an abstract socket, at which a nanny of the pod accepts orders.

    Nannies that have loaded another version of this file have a different address.
    """
    version = zlib.crc32(Path(__file__).read_bytes())
    return f"\0dask-helm-{pod}-{version:x}"


def stamped(message):
    """Return a message as a line of the pod's log, with the time."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S')} - drain - {message}"


def took(order, message):
    """Return a message with the seconds since the hook began."""
    return f"{message} after {time.monotonic() - order.begin:.1f} s"


def has_gone(scheduler):
    """Return whether the scheduler has gone: the pod has no connection to it and gets no new one.

    A refused connection alone proves nothing: a Service refuses connections while the pods behind
    it are busy. A worker exits when its connection to the scheduler breaks, so a pod without a
    connection holds nothing.
    """
    if is_connected(scheduler):
        return False
    reached = []
    # In a thread, because a name lookup has no timeout.
    attempt = threading.Thread(target=lambda: reached.append(is_reachable(scheduler)), daemon=True)
    attempt.start()
    attempt.join(CONNECT_TIMEOUT)
    return not (any(reached) or is_connected(scheduler))


def is_connected(scheduler):
    """Return whether a process of this pod has an open connection to the scheduler's port."""
    port = urlsplit(scheduler).port
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                _, _, remote, state, *_ = line.split()
                if state == ESTABLISHED and int(remote.rpartition(":")[2], 16) == port:
                    return True
    return False


def is_reachable(scheduler):
    """Return whether the scheduler's address accepts connections; a busy scheduler does, too."""
    url = urlsplit(scheduler)
    for _ in range(3):
        try:
            socket.create_connection((url.hostname, url.port), CONNECT_TIMEOUT).close()
            return True
        except OSError:  # refused, for example while the process restarts
            time.sleep(0.5)
    return False


# The next four functions run in a worker.


def stop_beginning(dask_worker):
    """Stop beginning tasks if the worker holds actors; return the keys of the actors.

    The scheduler does this for workers that it retires, but it retires none that holds an actor.
    """
    actors = list(dask_worker.state.actors)
    if actors and dask_worker.status.name == "running":
        dask_worker.handle_worker_status_change("closing_gracefully", f"drain-{time.time()}")
    return actors


def give_back(dask_worker):
    """Give back the tasks that have not begun.

    Do so only while the worker is not to begin tasks, otherwise it gets them again.
    """
    if dask_worker.status.name == "closing_gracefully":
        reschedule(dask_worker, QUEUED)


def give_up(dask_worker):
    """Give back all tasks."""
    reschedule(dask_worker, QUEUED + RUNNING)


def reschedule(dask_worker, states):
    """Forget the tasks in these states, and ask the scheduler to place them elsewhere.

    The scheduler would make the worker forget them, but until then the worker may begin one, if the
    scheduler allows it to begin tasks because no other worker can take its results.
    """
    from distributed.worker_state_machine import FreeKeysEvent

    stimulus = f"drain-{time.time()}"
    keys = [key for key, task in dask_worker.state.tasks.items() if task.state in states]
    dask_worker.handle_stimulus(FreeKeysEvent(keys=keys, stimulus_id=stimulus))
    for key in keys:
        dask_worker.batched_send({"op": "reschedule", "key": key, "stimulus_id": stimulus})


# Workers may import an older file of this name; functions of `__main__` are pickled by value.
for sent in (stop_beginning, give_back, give_up, reschedule):
    sent.__module__ = "__main__"


class Departure:
    """The requests to the scheduler on behalf of this pod's workers."""

    def __init__(self, order, connect, scheduler, log):
        self.order = order
        self.connect = connect
        self.scheduler = scheduler
        self.log = log
        self.workers = []
        self.ended = set()  # the addresses of workers that disappeared while they were drained
        self.actors = {}  # the keys of the actors, by the address of their worker

    async def ask_scheduler(self, operation, **arguments):
        """Return the scheduler's answer; raises OSError soon after it has gone, not after 30 s.

        Dask's timeout is 30 s. A scheduler that is present but too busy to answer is asked again.
        """
        while True:
            try:
                return await self.answer(operation, arguments)
            except OSError as error:
                is_final = type(error).__name__ == "FatalCommClosedError"  # wrong certificates
                if is_final or await self.has_gone():
                    raise
            await asyncio.sleep(0.5)

    async def answer(self, operation, arguments):
        """Return the scheduler's answer; raises OSError if it has gone or Dask times out."""
        answer = asyncio.ensure_future(getattr(self.scheduler, operation)(**arguments))
        # The caller may have been cancelled. The result must be read even then.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            while not (await asyncio.wait([answer], timeout=2))[0]:
                if await self.has_gone():
                    raise OSError(f"nothing answers at {self.order.scheduler}")
            return answer.result()
        finally:
            answer.cancel()

    async def has_gone(self):
        """Return whether the scheduler has gone."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, has_gone, self.order.scheduler)

    async def find(self):
        """Find this pod's workers by name: the pod's name, with a number if there are several."""
        known = (await self.ask_scheduler("identity"))["workers"]
        name = re.compile(re.escape(self.order.pod) + r"(-\d+)?")
        found = [a for a, worker in known.items() if name.fullmatch(str(worker["name"]))]
        self.ended.update(set(self.workers).difference(found))
        self.workers = found

    async def appear(self):
        """Find this pod's workers, even if they are still starting.

        A worker that joins after its hook has ended would get tasks and be stopped while it runs
        them.
        """
        deadline = self.order.begin + min(START_TIMEOUT, self.order.timeout)
        await self.find()
        while not self.workers and time.monotonic() < deadline:
            await asyncio.sleep(0.25)
            await self.find()

    async def copy(self):
        """Copy results that only these workers hold; raises NobodyError if nobody can take them."""
        deadline = time.monotonic() + self.order.replacement_timeout
        while not await self.try_to_copy():
            if time.monotonic() >= deadline and self.all_have_answered():
                raise NobodyError
            await asyncio.sleep(0.5)
            await self.find()

    async def try_to_copy(self):
        """Copy results that only these workers hold; return whether that succeeded."""
        await self.find_actors()
        return await self.retire() and await self.replicate()

    async def find_actors(self):
        """Find the actors, and stop the workers that hold one from beginning tasks."""
        self.actors.update(await self.ask(self.workers, stop_beginning))

    def all_have_answered(self):
        """Return whether it is known which workers hold actors; these cannot be retired."""
        return set(self.workers) <= set(self.actors)

    def with_actors(self):
        """Return the addresses of the workers that hold actors."""
        return [address for address in self.workers if self.actors.get(address)]

    async def retire(self, remove=False):
        """Ask the scheduler to retire the workers without actors; return whether it did."""
        workers = list(set(self.workers).difference(self.with_actors()))
        retired = await self.ask_scheduler(
            "retire_workers", workers=workers, remove=remove, close_workers=False
        )
        return set(workers) <= set(retired)

    async def replicate(self):
        """Copy the results of workers with actors, except actors; return whether that succeeded."""
        keys = await self.results(self.with_actors())
        # The scheduler fails if a result is released or the last worker leaves meanwhile.
        with contextlib.suppress(KeyError, ValueError, AssertionError):
            if keys:
                await self.ask_scheduler(
                    "replicate", keys=keys, n=1, workers=await self.staying(), delete=False
                )
            return True
        return False

    async def results(self, workers):
        """Return the keys of the results on some workers, without actors."""
        held = await self.ask_scheduler("has_what", workers=workers)
        return list(set().union(*held.values()).difference(*self.actors.values()))

    async def staying(self):
        """Return the addresses of the workers that stay and can take results."""
        known = (await self.ask_scheduler("identity"))["workers"]
        running = {address for address, worker in known.items() if worker["status"] == "running"}
        return list(running.difference(self.workers))

    async def tasks(self):
        """Return the keys of the tasks that the scheduler has assigned to these workers."""
        try:
            processing = await self.ask_scheduler("processing", workers=self.workers)
        except KeyError:  # a worker has left by itself
            await self.find()
            return await self.tasks()
        return set().union(*processing.values())

    async def is_copied(self):
        """Return whether every result is on a worker that stays; other workers may leave, too."""
        keys = await self.results(self.workers)
        holders = await self.ask_scheduler("who_has", keys=keys) if keys else {}
        staying = set(await self.staying())
        return all(staying.intersection(addresses) for addresses in holders.values())

    async def tasks_after(self, seconds):
        """Return the tasks that still run here after some seconds, or none as soon as all ended."""
        deadline = time.monotonic() + seconds
        while await self.tasks() and time.monotonic() < deadline:
            await asyncio.sleep(0.25)
        return await self.tasks()

    async def finish_tasks(self):
        """Wait until no task runs here and return []; meanwhile, copy new results."""
        await self.copy()
        while await self.tasks_after(5):
            await self.copy()
        return []

    async def disappear(self):
        """Make the scheduler forget these workers as soon as that loses nothing."""
        await self.copy()
        while not (await self.is_copied() and await self.retire(remove=True)):
            await asyncio.sleep(0.2)
            await self.copy()
        await self.ask(self.with_actors(), give_up)

    async def give_back_queued(self):
        """Make the workers give back queued tasks, repeatedly, because more may be on their way."""
        pause = 0.2
        while True:
            await self.ask(self.workers, give_back)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10)

    async def ask(self, workers, function):
        """Run a function in workers; return the results of workers that answer, by address."""
        results = {}
        await asyncio.gather(*(self.run(address, function, results) for address in workers))
        return results

    async def run(self, address, function, results):
        """Run a function in a worker and add its result, unless it times out or fails."""
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
        """Return the result of `ending`; at the deadline, return the keys of unfinished tasks."""
        deadline = self.order.begin + self.order.timeout
        # Not wait_for: it waits for the task it cancels, and old Pythons may lose a cancellation.
        await asyncio.wait([ending], timeout=max(0, deadline - time.monotonic()))
        return ending.result() if ending.done() else await self.tasks()

    async def report(self):
        """Hand over and return a sentence about it."""
        await self.appear()
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
        ended = f", except those of {len(self.ended)} workers that ended in the meantime"
        return (
            "all results are handed over"
            + (ended if self.ended else "")
            + (lost if actors else "")
            + (late + some(unfinished) if unfinished else "")
        )


def some(keys):
    """Return the first of the keys as text."""
    return ", ".join(sorted(map(str, keys))[:10])


def connector(security):
    """Return a function that connects to an address, with TLS as configured in `security`."""
    from distributed import Security, rpc

    security = security or Security()
    has_own = security.get_tls_config_for_role("worker")["cert"]
    arguments = security.get_connection_args("worker" if has_own else "client")
    return lambda address: rpc(address, connection_args=arguments)


async def hand_over(order, security, log):
    """Execute a hook's order; return the hook's exit status.

    Without `security`, Dask's own configuration applies.
    """
    if await asyncio.get_running_loop().run_in_executor(None, has_gone, order.scheduler):
        log(took(order, f"the scheduler {order.scheduler} cannot be reached: nothing to do"))
        return 0
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
    """Write a line to the pod's log: the output of a nanny."""
    print(stamped(message), flush=True)


async def obey(order, reader, writer, security):
    """Execute a hook's order while the hook waits, and answer with the status."""
    work = asyncio.ensure_future(hand_over(order, security, say))
    gone = asyncio.ensure_future(reader.read())
    await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        writer.write(f"{work.result()}\n".encode())
    work.cancel()
    gone.cancel()


def is_own(writer):
    """Return whether the peer process has the same user; the network may be the node's."""
    end = writer.get_extra_info("socket")
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return user == os.getuid()


def interpreter_file():
    """Return the path of the file that tells drain.sh which Python to run."""
    folder = Path(os.environ.get("DRAIN_FOLDER", "/tmp"))  # noqa: S108  # a volume of the pod's own
    return folder / f"dask-helm-python-{os.environ['POD_NAME']}"


# The PATH that every container has, without additions by the image or its entry point.
PLAIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def hook_fault():
    """Return why the hook cannot work, or None if it can.

    The check runs the hook with a plain PATH, because the PATH that the kubelet sets is unknown.
    """
    # The hook is not beside this file: Dask runs a copy of this file in another folder.
    folder = os.environ.get("DRAIN_FILES", "/etc/dask-helm/files")
    hook = ["sh", f"{folder}/drain.sh", "--check"]
    try:
        done = subprocess.run(
            hook, env={**os.environ, "PATH": PLAIN_PATH}, capture_output=True, text=True
        )
    except OSError as error:
        return str(error)
    return (done.stderr or f"exit status {done.returncode}").strip() if done.returncode else None


async def check_hook(nanny):
    """Report a hook that cannot work, in the pod's log and to the scheduler."""
    loop = asyncio.get_running_loop()
    fault = await loop.run_in_executor(None, hook_fault)
    if fault:
        say(
            "ERROR: the preStop hook cannot work, so what this pod holds is LOST when it is "
            f"removed. The container needs `sh`, and Python with distributed: {fault}"
        )
        with contextlib.suppress(Exception):  # the log contains the error
            async with connector(nanny.security)(nanny.scheduler_addr) as scheduler:
                pod = os.environ["POD_NAME"]
                await scheduler.log_event(topic=FAULTS, msg={"pod": pod, "fault": fault})


async def dask_setup(nanny):
    """Accept orders of the pod's hook, and check whether that hook can work."""
    with contextlib.suppress(OSError):
        interpreter_file().write_text(sys.executable)

    async def serve(reader, writer):
        with contextlib.closing(writer), contextlib.suppress(ValueError, TypeError):
            if is_own(writer):
                order = Order(*json.loads(await reader.readline()))
                order = order._replace(scheduler=nanny.scheduler_addr)  # no other scheduler
                writer.write(b"\n")  # at once, otherwise the hook hands over itself
                await obey(order, reader, writer, nanny.security)

    with contextlib.suppress(OSError):  # another nanny of the pod accepts orders
        nanny.orders = await asyncio.start_unix_server(serve, address(os.environ["POD_NAME"]))
        nanny.check_of_hook = asyncio.ensure_future(check_hook(nanny))
