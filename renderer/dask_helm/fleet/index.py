"""The list of files that runs have written, kept in the output folder: what --prune may remove.

One line for each file, `cluster/file`. A run appends a cluster's new files *before* it writes them,
so that even a killed run leaves none that is not listed; at its end the list is written anew.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from dask_helm.fleet import folder

NAME = ".dask-helm-fleet"
_TITLE = """\
# Files that `dask-helm render --fleet` wrote here; it never removes any other.
# Keep this list beside them: commit it with them."""
# Anything else did not come from us: the list may have been edited, or merged with conflicts.
_LINE = re.compile(r"([A-Za-z0-9][\w.-]*)/([A-Za-z0-9][\w.-]*)", re.ASCII)

Files = dict[str, set[str]]


def read(output: Path) -> Files:
    """Return the names of each cluster's files, nothing where there is no list. Raises OSError."""
    path = output / NAME
    text = path.read_text("utf-8", "replace") if path.exists() else ""
    files: Files = {}
    for line in filter(None, map(_LINE.fullmatch, text.splitlines())):
        files.setdefault(line[1], set()).add(line[2])
    return files


def append(output: Path, cluster: str, names: Iterable[str]) -> None:
    """Add files that are about to be written; several processes may do so. Raises OSError."""
    lines = "".join(f"{cluster}/{name}\n" for name in sorted(names))
    # The system appends the lines of one call together, whoever else appends.
    file = os.open(output / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, lines.encode())
    finally:
        os.close(file)


def replace(output: Path, files: Mapping[str, Iterable[str]]) -> None:
    """Write the list anew; it is not touched when nothing changed. Raises OSError."""
    lines = sorted(f"{cluster}/{name}" for cluster, names in files.items() for name in names)
    folder.write(output, NAME, "\n".join([_TITLE, *lines, ""]).encode())
