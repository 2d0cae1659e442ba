"""metrics-server, which reports pods' resource usage to autoscalers; started only when needed."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from devcluster import network
from devcluster.controlplane import kubectl
from devcluster.machine import HOME, Machine, inside
from devcluster.programs import program
from devcluster.template import fill, flags

NAME = "metrics-server"
_PLACE = {"address": network.CONTROL_PLANE, "port": "10260"}


@contextmanager
def running(machine: Machine, process: Callable[[str], int]) -> Iterator[None]:
    """Run metrics-server in the API server's machine for the duration of the context.

    `process` returns the id of a process by its program's name; raises LookupError.
    """
    objects = fill(f"{NAME}.yaml", **_PLACE)
    kubectl(machine, "apply", "-f", "-", stdin=objects)
    machine.daemon(NAME, inside(program(NAME)), *flags(NAME, home=str(HOME), **_PLACE))
    try:
        yield
    finally:
        with suppress(LookupError):  # it has already ended; its log says why
            os.kill(process(NAME), signal.SIGKILL)
        kubectl(machine, "delete", "-f", "-", stdin=objects)
