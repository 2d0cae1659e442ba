"""metrics-server, which tells autoscalers how busy pods are: beside the API server, for a while."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.kubernetes import network
from tests.kubernetes.controlplane import kubectl
from tests.kubernetes.machine import HOME, Machine, inside
from tests.kubernetes.programs import program
from tests.kubernetes.template import fill, flags

NAME = "metrics-server"
_PLACE = {"address": network.CONTROL_PLANE, "port": "10260"}


@contextmanager
def running(machine: Machine, process: Callable[[str], int]) -> Iterator[None]:
    """Run it in the machine of the API server; `process` finds a process by its program's name."""
    objects = fill(f"{NAME}.yaml", **_PLACE)
    kubectl(machine, "apply", "-f", "-", stdin=objects)
    machine.daemon(NAME, inside(program(NAME)), *flags(NAME, home=str(HOME), **_PLACE))
    try:
        yield
    finally:
        with suppress(LookupError):  # it ended by itself: its log says why
            os.kill(process(NAME), signal.SIGKILL)
        kubectl(machine, "delete", "-f", "-", stdin=objects)
