"""The local cluster's own parts, for tests that change something in it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from devcluster import api, controlplane, machine
from devcluster.machine import Machine

Record = dict[str, Any]
_CONTROL_PLANE = "dask-control-plane"


def control_plane() -> Machine:
    """Return the machine of the API server, which has to run."""
    return machine.running(_CONTROL_PLANE, api.KUBECONFIG.parent / _CONTROL_PLANE)


def audit() -> list[Record]:
    """Return what service accounts of pods asked the API server for, oldest first."""
    log = control_plane().seen_from_outside(controlplane.AUDIT_LOG)
    return [json.loads(line) for line in log.read_text().splitlines()]


def process(component: str) -> int:
    """Return the process of a component. Raises LookupError."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            # One program holds all of Kubernetes; its first word says which part it is.
            if component in (Path(words[0]).name, *words[1:2]):
                return int(folder.name)
    raise LookupError(component)
