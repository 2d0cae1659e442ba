"""The output folder: its lock, and its files, which are written only if their content changes.

Each file is written to a temporary file in the same folder and then renamed, so that readers and
killed runs never leave half a file. The folder of a cluster must not be a symbolic link, which
could point outside of the output folder.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import ENOTDIR
from pathlib import Path

from dask_helm.engine import Manifest, to_yaml
from dask_helm.errors import UsageError
from dask_helm.fleet.model import Layout

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

SINGLE = "manifests.yaml"
_PREFIX, _SUFFIX = ".dask-helm-", ".tmp"


@contextmanager
def hold(output: Path) -> Iterator[None]:
    """Hold the folder's lock, because a second run would remove temporary files of the first.

    Raises UsageError if another run holds it. The system releases the lock when the last process of
    the run exits.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(output, os.O_RDONLY)
    try:
        # Some network file systems do not support locks.
        with suppress(OSError):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"another run is writing to {output}; wait until it finishes"
                raise UsageError(message) from None
        yield
    finally:
        os.close(handle)


def create(output: Path) -> None:
    """Create the output folder. Raises UsageError for a file, and OSError if this fails."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{output} is a file; --output-dir must name a folder") from None


def file_name(manifest: Manifest) -> str:
    """Return `kind-name.yaml`, without characters that a file system could reject."""
    text = f"{manifest.kind.lower()}-{manifest.name}"
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", text).strip(".-")
    return f"{safe or 'object'}.yaml"


def contents(manifests: list[Manifest], layout: Layout) -> dict[str, bytes]:
    """Return the content of each file; objects with equal file names share a file."""
    groups: dict[str, list[Manifest]] = {SINGLE: []} if layout == "single" else {}
    for manifest in manifests:
        name = SINGLE if layout == "single" else file_name(manifest)
        groups.setdefault(name, []).append(manifest)
    return {name: to_yaml(group).encode() for name, group in groups.items()}


def write(folder: Path | str, name: str, content: bytes) -> bool:
    """Write `content` if the file differs; return whether it was written. Raises OSError."""
    path = Path(folder) / name
    with suppress(FileNotFoundError), path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size == len(content) and file.read() == content:
            return False
    temporary = path.with_name(f"{_PREFIX}{os.getpid()}{_SUFFIX}")
    try:
        with temporary.open("xb", buffering=0) as file:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):  # not the temporary file's; for a full disk there is none
            error.filename = str(path)
        raise
    return True


def enter(folder: Path) -> None:
    """Remove temporary files in a cluster's folder. Raises OSError for a symbolic link."""
    if folder.is_symlink():
        raise NotADirectoryError(ENOTDIR, "is a symbolic link, not a folder", str(folder))
    with suppress(FileNotFoundError):
        sweep(folder)


def sweep(folder: Path) -> None:
    """Remove the temporary files of a killed run. Raises OSError."""
    for name in os.listdir(folder):  # noqa: PTH208 - a thousand folders; most have no such file
        if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
            (folder / name).unlink()


def remove(output: Path, files: Iterable[str]) -> list[str]:
    """Remove files below the output folder, and folders that are empty afterwards.

    Return the files that existed. Files behind a symbolic link are not removed.
    """
    ours = [file for file in files if not (output / file).parent.is_symlink()]
    removed = [f for f in ours if (output / f).is_file() or (output / f).is_symlink()]
    for file in removed:
        (output / file).unlink()
    for folder in {(output / file).parent for file in ours}:
        with suppress(OSError):
            folder.rmdir()
    return removed
