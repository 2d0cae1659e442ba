"""Code shared by all benchmarks: timing side by side, peak memory of a process, the table."""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

Action = Callable[[], object]
HEADINGS = ("what", "ours", "peer", "ratio", "target", "")


@dataclass(frozen=True)
class Row:
    """One line of the table: two measurements as text, their ratio, and the bound on it.

    `at_most` and `at_least` are bounds on `ratio`; a row without either has no target.
    """

    what: str
    ours: str
    peer: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """The bound as text."""
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return "" if self.at_least is None else f">= {self.at_least:g}"

    @property
    def verdict(self) -> str:
        """`met` or `MISSED`, or empty without a bound."""
        if not self.target:
            return ""
        low = self.at_most is None or self.ratio <= self.at_most
        high = self.at_least is None or self.ratio >= self.at_least
        return "met" if low and high else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line's cells."""
        return self.what, self.ours, self.peer, f"{self.ratio:.2f}", self.target, self.verdict


def show(rows: Iterable[Row]) -> None:
    """Print the rows as a plain table."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip(), flush=True)  # noqa: T201


class Spread(NamedTuple):
    """The minimum and the median of several measurements."""

    least: float
    median: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> "Spread":
        """Summarise measurements."""
        return cls(min(measured), statistics.median(measured))

    def milliseconds(self) -> str:
        """Return minimum and median, given in seconds, as text in milliseconds."""
        return f"{1e3 * self.least:.2f} ms (median {1e3 * self.median:.2f})"


def side_by_side(ours: Action, peer: Action, seconds: float = 4) -> tuple[Spread, Spread]:
    """Time both in turn for some seconds, so that a busy machine affects both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    ours(), peer()
    gc.collect()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 5:
        for measured, action in zip(times, (ours, peer), strict=True):
            measured.append(seconds_of(action))
    return Spread.of(times[0]), Spread.of(times[1])


def seconds_of(action: Action, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the duration of one call, in wall time or by another clock."""
    start = clock()
    action()
    return clock() - start


class Run(NamedTuple):
    """The usage of a process: seconds of wall time, peak memory in MiB, seconds of CPU time."""

    seconds: float
    mebibytes: float
    processor: float


# On Linux, a program's peak includes the memory of its parent at the start, so the parent is small.
_LAUNCHER = """
import json, os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
start = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, usage = os.wait4(pid, 0)
seconds = time.perf_counter() - start
processor = usage.ru_utime + usage.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss, processor]))
"""
# `ru_maxrss` is in kibibytes on Linux and in bytes on macOS.
_PER_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10


def run(command: Sequence[str | Path]) -> Run:
    """Run a program by its path and discard its output; raises CalledProcessError if it fails."""
    arguments = [str(part) for part in command]
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *arguments]
    # With PYTHONDONTWRITEBYTECODE, Python would compile all modules again in each run.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    printed = subprocess.run(launcher, check=True, capture_output=True, text=True, env=environment)
    code, seconds, peak, processor = json.loads(printed.stdout)
    if code:
        raise subprocess.CalledProcessError(code, arguments, stderr=printed.stderr)
    return Run(seconds, peak / _PER_MEBIBYTE, processor)
