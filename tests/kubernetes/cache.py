"""What was built, found again by a hash of what it was built from; it lies outside the checkout."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.kubernetes.locking import locked
from tests.kubernetes.progress import step

_KEPT_PER_KIND = 3
_KEPT_SECONDS = 24 * 3600
_UNFINISHED = "unfinished-"


def root() -> Path:
    """The folder of the cache, which exists afterwards."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("DASK_HELM_CACHE") or user / "dask-helm").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def artifact(kind: str, inputs: str, build: Callable[[Path], None]) -> Path:
    """The folder made by `build` from these inputs, now or earlier."""
    entry = root() / kind / inputs
    if not entry.exists():
        entry.parent.mkdir(exist_ok=True)
        with locked(entry.parent):
            _make(entry, build)
    os.utime(entry)
    return entry


def _make(entry: Path, build: Callable[[Path], None]) -> None:
    """Build under another name: what has the right name is whole, whenever we are killed."""
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
    """Drop what was not used for a day and is not among the last few of its kind."""
    by_use = sorted(kind.iterdir(), key=_last_use, reverse=True)
    for entry in by_use[_KEPT_PER_KIND:]:
        if time.time() - _last_use(entry) > _KEPT_SECONDS:
            shutil.rmtree(entry, ignore_errors=True)


def _last_use(entry: Path) -> float:
    return entry.stat().st_mtime


def digest(*inputs: str | Path) -> str:
    """A short hash of texts and of files; of a folder, all that it holds counts."""
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
