"""The control groups of the cluster: whatever it runs is in them, and so is found again."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.kubernetes.command import wait_until

_NAME = "dask-helm"
_DAEMONS = "daemons"


def pod_root(node: str) -> str:
    """The group below which a kubelet makes the groups of its pods."""
    return f"/{_NAME}/{node}"


def create(nodes: list[str]) -> None:
    """Make the groups of the daemons and of each node's pods, in every hierarchy."""
    for hierarchy in _hierarchies():
        _make(hierarchy / _NAME)
        for name in (_DAEMONS, *nodes):
            _make(hierarchy / _NAME / name)


def joining(command: list[str]) -> list[str]:
    """The command that joins the daemons' group first: before it has made anything."""
    files = [str(h / _NAME / _DAEMONS / "cgroup.procs") for h in _hierarchies()]
    script = f'for file in {" ".join(files)}; do echo $$ >"$file"; done; exec "$@"'
    return ["sh", "-ec", script, "sh", *command]


def processes() -> set[int]:
    """Every process of the cluster, from its first daemon to the last one in a container."""
    found = (text for file in _files("cgroup.procs") for text in _words(file))
    return {int(text) for text in found}


def kill() -> None:
    """Kill every process of the cluster and wait until the kernel has taken them down."""
    wait_until("all processes of the cluster have ended", _killed, seconds=30)


def remove() -> None:
    """Remove the groups, the innermost first; the kernel may still be busy with one."""
    wait_until("the control groups of the cluster are gone", _removed, seconds=30)


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
    """Where version 1 mounts each controller, and version 2 all of them."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return [Path(m[1]) for m in mounts if m[2] in ("cgroup", "cgroup2")]


def _groups() -> Iterator[Path]:
    return (group for h in _hierarchies() if (group := h / _NAME).exists())


def _files(name: str) -> Iterator[Path]:
    return (file for group in _groups() for file in group.rglob(name))


def _words(file: Path) -> list[str]:
    """The contents of a file of the kernel, which may go away while it is read."""
    try:
        return file.read_text().split()
    except OSError:
        return []


def _make(group: Path) -> None:
    """Version 2 wants controllers handed down, version 1 wants its processors and memory named."""
    group.mkdir(exist_ok=True)
    controllers = _words(group.parent / "cgroup.controllers")
    if controllers:
        handed_down = " ".join(f"+{name}" for name in controllers)
        (group.parent / "cgroup.subtree_control").write_text(handed_down)
    for setting in ("cpuset.cpus", "cpuset.mems"):
        if (group / setting).exists() and not controllers:
            (group / setting).write_text((group.parent / setting).read_text())
