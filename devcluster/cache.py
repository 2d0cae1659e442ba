"""A cache of build results outside the checkout, keyed by a hash of their inputs."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from devcluster.locking import locked
from devcluster.progress import step

_KEPT_PER_KIND = 3
_KEPT_SECONDS = 24 * 3600
_UNFINISHED = "unfinished-"


def root() -> Path:
    """Return the folder of the cache; create it if it is missing."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("DASK_HELM_CACHE") or user / "dask-helm").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def artifact(kind: str, inputs: str, build: Callable[[Path], None]) -> Path:
    """Return the folder that `build` makes from these inputs, now or in an earlier call."""
    entry = root() / kind / inputs
    if not entry.exists():
        entry.parent.mkdir(exist_ok=True)
        with locked(entry.parent):
            _make(entry, build)
    os.utime(entry)
    return entry


def _make(entry: Path, build: Callable[[Path], None]) -> None:
    """Build under a temporary name and rename: an entry is complete even if a build is killed."""
    if entry.exists():
        return
    _discard_unfinished(entry.parent)
    unfinished = entry.with_name(f"{_UNFINISHED}{entry.name}")
    unfinished.mkdir()
    with step(f"building {entry.parent.name}"):
        build(unfinished)
    unfinished.rename(entry)
    _prune(entry.parent)


def _discard_unfinished(kind: Path) -> None:
    for left_over in kind.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left_over)


def _prune(kind: Path) -> None:
    """Delete entries that were not used for a day, but keep the last few of the kind."""
    by_use = sorted(kind.iterdir(), key=_last_use, reverse=True)
    for entry in by_use[_KEPT_PER_KIND:]:
        if time.time() - _last_use(entry) > _KEPT_SECONDS:
            shutil.rmtree(entry, ignore_errors=True)


def _last_use(entry: Path) -> float:
    return entry.stat().st_mtime


def digest(*inputs: str | Path) -> str:
    """Return a short hash of texts, files and folders, including all files in the folders."""
    found = hashlib.sha256()
    for part in inputs:
        for piece in _pieces(part):
            found.update(len(piece).to_bytes(8, "big") + piece)
    return found.hexdigest()[:16]


def _pieces(part: str | Path) -> Iterator[bytes]:
    if isinstance(part, str):
        yield part.encode()
    elif part.is_dir():
        for path in sorted(part.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(part)).encode()
                yield path.read_bytes()
    else:
        yield part.read_bytes()
