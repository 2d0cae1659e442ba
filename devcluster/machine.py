"""A machine: a set of namespaces on the host for mounts, network, host name and processes.

The machine's first process holds the namespaces. When that process is killed, the kernel ends every
other process in the machine. It also drops the machine's mounts, its network with all links, routes
and firewall rules, and the networks of its pods. None of these were ever visible on the host, so
nothing can be left there.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devcluster import cache, cgroups
from devcluster.command import run, wait_until
from devcluster.programs import program

_SCRIPT = Path(__file__).parent / "files" / "machine.sh"
_NEW = ("--mount", "--net", "--uts", "--ipc", "--pid")

# A daemon runs in its own session, so that it does not receive the signals of the terminal.
_DAEMON = 'setsid "$@" </dev/null >"/var/log/$0.log" 2>&1 &'
_BACKGROUND = '"$@" </dev/null >"$0" 2>&1 & echo $!'

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
_CACHE = "cache"
_HOLDER = "holder"

# The folder of the cluster's own files, as a machine sees it.
HOME = Path("/var/lib/dask-helm")


@dataclass(frozen=True)
class Machine:
    """A running machine.

    `var` is the path of its /var on the host, and `holder` the id of its first process.
    """

    name: str
    var: Path
    holder: int

    @property
    def home(self) -> Path:
        """The path on the host of the cluster's own files (HOME inside the machine)."""
        return self.var / HOME.relative_to("/var")

    def seen_from_outside(self, path: str) -> Path:
        """Return the path on the host of a path inside the machine."""
        return Path(f"/proc/{self.holder}/root{path}")

    def run(self, *command: str | Path, stdin: str | None = None) -> str:
        """Run a program in the machine to completion and return its standard output."""
        return run(*self._entering(*command), stdin=stdin, env=_ENVIRONMENT, cwd=Path("/"))

    def run_in_network(self, *command: str | Path) -> str:
        """Run a program of the host that sees the host's processes, but the machine's network."""
        return run("nsenter", f"--target={self.holder}", "--net", *command)

    def daemon(self, name: str, *command: str | Path, files: tuple[int, ...] = ()) -> None:
        """Start a daemon; its output is written to /var/log/<name>.log in the machine."""
        words = self._entering("sh", "-c", _DAEMON, name, *command)
        subprocess.run(words, check=True, cwd="/", env=_ENVIRONMENT, pass_fds=files)

    def stop(self) -> None:
        """Kill all processes in the machine, which removes the machine."""
        os.kill(self.holder, signal.SIGKILL)
        wait_until(f"{self.name} has ended", lambda: not _exists(self.holder))

    def _entering(self, *command: str | Path) -> list[str]:
        return cgroups.joining(["nsenter", f"--target={self.holder}", *_NEW, *map(str, command)])


def inside(path: Path) -> Path:
    """Return the path at which a machine sees a file of the cache."""
    return HOME / _CACHE / path.relative_to(cache.root())


def start(name: str, folder: Path) -> Machine:
    """Start a machine whose /var is in the folder."""
    var = folder / "var"
    _lay_out(var)
    creator = _create(name, var, folder / "machine.log")
    machine = Machine(name, var, _first_process(creator))
    (folder / _HOLDER).write_text(str(machine.holder))
    ready = machine.seen_from_outside("/run/ready")
    wait_until(f"{name} is set up (see {folder}/machine.log)", ready.exists, every=0.02)
    return machine


def running(name: str, folder: Path) -> Machine:
    """Return the machine that `start` has started with these arguments."""
    return Machine(name, folder / "var", int((folder / _HOLDER).read_text()))


def _lay_out(var: Path) -> None:
    """Create the folders that programs expect in /var, and the mount point of the cache."""
    for path in ("lib", "log", "tmp"):
        (var / path).mkdir(parents=True)
    (var / "run").symlink_to("/run")
    (var / HOME.relative_to("/var") / _CACHE).mkdir(parents=True)


def _create(name: str, var: Path, log: Path) -> int:
    """Create a machine and return the id of the process that created it.

    That process only waits for the machine's first process. When either ends, the other ends, too.
    """
    new = ["unshare", *_NEW, "--fork", "--kill-child", "--mount-proc", "--propagation=private"]
    script = ["sh", _SCRIPT, name, var, HOME / _CACHE, cache.root(), inside(program("pause"))]
    words = cgroups.joining(["setsid", *new, *map(str, script)])
    said = run("sh", "-c", _BACKGROUND, log, *words, env=_ENVIRONMENT, cwd=Path("/"))
    return int(said)


def _first_process(creator: int) -> int:
    wait_until("the machine has a first process", lambda: bool(_children(creator)), every=0.01)
    return int(_children(creator)[0])


def _children(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:
        return []


def _exists(process: int) -> bool:
    return Path(f"/proc/{process}").exists()
