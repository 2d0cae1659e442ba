"""The list of written files in the output folder; --prune removes only these files.

It has one line `cluster/file` per file. A run appends a cluster's new files *before* it writes
them, so that the files of a killed run are listed too. At its end, a run rewrites the list.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from dask_helm.fleet import folder

NAME = ".dask-helm-fleet"
_TITLE = """\
# Files that `dask-helm render --fleet` wrote here. It never removes other files.
# Keep this list in the same folder and commit it with the files."""
# Other lines are ignored: the list may have been edited, or merged with conflicts.
_LINE = re.compile(r"([A-Za-z0-9][\w.-]*)/([A-Za-z0-9][\w.-]*)", re.ASCII)

Files = dict[str, set[str]]


def read(output: Path) -> Files:
    """Return the names of each cluster's files; empty without a list. Raises OSError."""
    path = output / NAME
    text = path.read_text("utf-8", "replace") if path.exists() else ""
    files: Files = {}
    for line in filter(None, map(_LINE.fullmatch, text.splitlines())):
        files.setdefault(line[1], set()).add(line[2])
    return files


def append(output: Path, cluster: str, names: Iterable[str]) -> None:
    """Add files before they are written, also from several processes. Raises OSError."""
    lines = "".join(f"{cluster}/{name}\n" for name in sorted(names))
    # One write call appends its lines atomically, also with several writers.
    file = os.open(output / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, lines.encode())
    finally:
        os.close(file)


def replace(output: Path, files: Mapping[str, Iterable[str]]) -> None:
    """Rewrite the list if it changed. Raises OSError."""
    lines = sorted(f"{cluster}/{name}" for cluster, names in files.items() for name in names)
    folder.write(output, NAME, "\n".join([_TITLE, *lines, ""]).encode())
