"""Files that appear whole, and change only when their content does.

Each is written to a temporary file beside it and then renamed, so that neither a reader nor a
killed run gets half of one. A cluster's folder must be a real one: a symbolic link could lead out
of the output folder.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from errno import ENOTDIR
from pathlib import Path

_PREFIX, _SUFFIX = ".dask-helm-", ".tmp"


def write(folder: Path | str, name: str, content: bytes) -> bool:
    """Make the file hold `content`; return whether it had to be written. Raises OSError."""
    path = Path(folder) / name
    if _holds(path, content):
        return False
    temporary = path.with_name(f"{_PREFIX}{os.getpid()}{_SUFFIX}")
    try:
        _create(temporary, content)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return True


def _holds(path: Path, content: bytes) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except FileNotFoundError:
        return False


def _create(path: Path, content: bytes) -> None:
    with path.open("xb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]


def enter(folder: Path) -> None:
    """Remove what a killed run left in a cluster's folder. Raises OSError for a symbolic link."""
    if folder.is_symlink():
        raise NotADirectoryError(ENOTDIR, "it is a symbolic link, not a folder", str(folder))
    with suppress(FileNotFoundError):
        sweep(folder)


def sweep(folder: Path) -> None:
    """Remove the temporary files that a killed run left in the folder. Raises OSError."""
    for name in os.listdir(folder):  # noqa: PTH208 - a thousand folders; most have no such file
        if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
            (folder / name).unlink()


def remove(output: Path, files: Iterable[str]) -> list[str]:
    """Remove files below the output folder, and their folders when they are empty then.

    Return the files that were there. What does not lie in a real folder any more is not ours.
    """
    ours = [file for file in files if not (output / file).parent.is_symlink()]
    removed = [file for file in ours if _unlink(output / file)]
    for folder in {(output / file).parent for file in ours}:
        with suppress(OSError):
            folder.rmdir()
    return removed


def _unlink(path: Path) -> bool:
    if not path.is_file() and not path.is_symlink():
        return False
    path.unlink()
    return True
