"""A machine: mounts, network, host name and process table of its own, on the real machine.

Its first process holds them. When that is killed, the kernel ends every other process in it and
drops its mounts, its network with all links, routes and firewall rules, and the networks of its
pods. Nothing of all that was ever visible on the real machine, so nothing can be left there.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.kubernetes import cache, cgroups
from tests.kubernetes.command import run, wait_until
from tests.kubernetes.programs import program

_SCRIPT = Path(__file__).parent / "files" / "machine.sh"
_NEW = ("--mount", "--net", "--uts", "--ipc", "--pid")

# In a session of its own, what stays does not hear what the terminal tells the one who started it.
_DAEMON = 'setsid "$@" </dev/null >"/var/log/$0.log" 2>&1 &'
_BACKGROUND = '"$@" </dev/null >"$0" 2>&1 & echo $!'

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
_CACHE = "cache"

# Where a machine finds the cluster's own files.
HOME = Path("/var/lib/dask-helm")


@dataclass(frozen=True)
class Machine:
    """A running machine; `var` is its /var, seen from the real one."""

    name: str
    var: Path
    holder: int

    @property
    def home(self) -> Path:
        """The folder of the cluster's own files (inside: HOME), seen from the real machine."""
        return self.var / HOME.relative_to("/var")

    def seen_from_outside(self, path: str) -> Path:
        """A path of the machine, as the real machine's root sees it."""
        return Path(f"/proc/{self.holder}/root{path}")

    def run(self, *command: str | Path, stdin: str | None = None) -> str:
        """Run a program in the machine to its end and return what it printed."""
        return run(*self._entering(*command), stdin=stdin, env=_ENVIRONMENT, cwd=Path("/"))

    def run_in_network(self, *command: str | Path) -> str:
        """Run a program of the real machine that sees its processes, but this one's network."""
        return run("nsenter", f"--target={self.holder}", "--net", *command)

    def daemon(self, name: str, *command: str | Path, files: tuple[int, ...] = ()) -> None:
        """Start a program that stays; what it says goes to /var/log/<name>.log of the machine."""
        words = self._entering("sh", "-c", _DAEMON, name, *command)
        subprocess.run(words, check=True, cwd="/", env=_ENVIRONMENT, pass_fds=files)

    def stop(self) -> None:
        """End everything in the machine, and with it the machine."""
        os.kill(self.holder, signal.SIGKILL)
        wait_until(f"{self.name} has ended", lambda: not _exists(self.holder), seconds=10)

    def _entering(self, *command: str | Path) -> list[str]:
        return cgroups.joining(["nsenter", f"--target={self.holder}", *_NEW, *map(str, command)])


def inside(path: Path) -> Path:
    """Where a machine sees a file of the cache."""
    return HOME / _CACHE / path.relative_to(cache.root())


def start(name: str, folder: Path) -> Machine:
    """Start a machine whose /var lies in the folder."""
    var = folder / "var"
    _lay_out(var)
    creator = _create(name, var, folder / "machine.log")
    machine = Machine(name, var, _first_process(creator))
    ready = machine.seen_from_outside("/run/ready")
    wait_until(f"{name} is laid out (see {folder}/machine.log)", ready.exists, 10, every=0.02)
    return machine


def _lay_out(var: Path) -> None:
    """What programs expect of /var, and our own folder with the cache in it."""
    for path in ("lib", "log", "tmp"):
        (var / path).mkdir(parents=True)
    (var / "run").symlink_to("/run")
    (var / HOME.relative_to("/var") / _CACHE).mkdir(parents=True)


def _create(name: str, var: Path, log: Path) -> int:
    """The creator only waits for the machine's first process; their ends bring each other's."""
    new = ["unshare", *_NEW, "--fork", "--kill-child", "--mount-proc", "--propagation=private"]
    script = ["sh", _SCRIPT, name, var, HOME / _CACHE, cache.root(), inside(program("pause"))]
    words = cgroups.joining(["setsid", *new, *map(str, script)])
    said = run("sh", "-c", _BACKGROUND, log, *words, env=_ENVIRONMENT, cwd=Path("/"))
    return int(said)


def _first_process(creator: int) -> int:
    wait_until("the machine has a first process", lambda: bool(_children(creator)), 10, every=0.01)
    return int(_children(creator)[0])


def _children(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:
        return []


def _exists(process: int) -> bool:
    return Path(f"/proc/{process}").exists()
