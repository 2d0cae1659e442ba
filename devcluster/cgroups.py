"""The control groups of the cluster, which hold all its processes so that none is missed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from devcluster.command import wait_until

_NAME = "dask-helm"
_DAEMONS = "daemons"


def pod_root(node: str) -> str:
    """Return the group in which a node's kubelet creates the groups of its pods."""
    return f"/{_NAME}/{node}"


def create(nodes: list[str]) -> None:
    """Create the groups of the daemons and of each node's pods, in every hierarchy."""
    for hierarchy in _hierarchies():
        _make(hierarchy / _NAME)
        for name in (_DAEMONS, *nodes):
            _make(hierarchy / _NAME / name)


def joining(command: list[str]) -> list[str]:
    """Return a command that joins the daemons' group before it executes `command`."""
    files = [str(h / _NAME / _DAEMONS / "cgroup.procs") for h in _hierarchies()]
    script = f'for file in {" ".join(files)}; do echo $$ >"$file"; done; exec "$@"'
    return ["sh", "-ec", script, "sh", *command]


def processes() -> set[int]:
    """Return the ids of all processes of the cluster, including those in containers."""
    found = (text for file in _files("cgroup.procs") for text in _words(file))
    return {int(text) for text in found}


def kill() -> None:
    """Kill every process of the cluster and wait until all have ended."""
    wait_until("all processes of the cluster have ended", _killed)


def remove() -> None:
    """Remove the groups, innermost first; retry while the kernel still uses one."""
    wait_until("the control groups of the cluster are gone", _removed)


def _killed() -> bool:
    remaining = processes()
    for process in remaining:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return not remaining


def _removed() -> bool:
    for group in _groups():
        for folder, _, _ in os.walk(group, topdown=False):
            _remove(Path(folder))
    return not any(_groups())


def _remove(group: Path) -> None:
    try:
        group.rmdir()
    except OSError:
        time.sleep(0.01)


def _hierarchies() -> list[Path]:
    """Return the mount points: one for each controller in version 1, one for all in version 2."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return [Path(m[1]) for m in mounts if m[2] in ("cgroup", "cgroup2")]


def _groups() -> Iterator[Path]:
    return (group for h in _hierarchies() if (group := h / _NAME).exists())


def _files(name: str) -> Iterator[Path]:
    return (file for group in _groups() for file in group.rglob(name))


def _words(file: Path) -> list[str]:
    """Return the words of a kernel file, or [] if the file disappears while it is read."""
    try:
        return file.read_text().split()
    except OSError:
        return []


def _make(group: Path) -> None:
    """Create a group.

    Version 2 requires that the parent enables its controllers for the group. Version 1 requires
    that the group's processors and memory nodes are set.
    """
    group.mkdir(exist_ok=True)
    controllers = _words(group.parent / "cgroup.controllers")
    if controllers:
        handed_down = " ".join(f"+{name}" for name in controllers)
        (group.parent / "cgroup.subtree_control").write_text(handed_down)
    for setting in ("cpuset.cpus", "cpuset.mems"):
        if (group / setting).exists() and not controllers:
            (group / setting).write_text((group.parent / setting).read_text())
