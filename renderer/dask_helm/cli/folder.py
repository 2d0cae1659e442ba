"""A folder with one file for each object of a release."""

from collections.abc import Iterator
from pathlib import Path

from dask_helm import goyaml, labels
from dask_helm.errors import UsageError, YamlError
from dask_helm.fleet import files, folder
from dask_helm.rendering import Manifest, Release

Changes = dict[str, list[str]]


def write(output: Path, manifests: list[Manifest]) -> Changes:
    """Write the files whose content changes, each as a whole; return names by what happened.

    Raises OSError, and UsageError for a folder that cannot be made.
    """
    contents = files.contents(manifests, "objects")
    _make(output)
    changes: Changes = {"written": [], "unchanged": []}
    for name, content in contents.items():
        changes["written" if folder.write(output, name, content) else "unchanged"].append(name)
    return changes


def _make(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{output} is a file; --output-dir must be a folder") from None


def left_over(output: Path, rendered: set[str], release: Release) -> Iterator[str]:
    """Yield the files of this release's objects that are rendered no more."""
    for path in sorted(output.glob("*.yaml")):
        if path.name not in rendered and _is_ours(path, release):
            yield path.name


def _is_ours(path: Path, release: Release) -> bool:
    """Whether we named the file, and its object carries the release's label and namespace."""
    try:
        found = Manifest("", goyaml.load(path.read_bytes(), name=path.name))
        instance = found.object["metadata"]["labels"][labels.INSTANCE]
    except (YamlError, OSError, LookupError, TypeError):
        return False
    same = (instance, found.namespace) == (release.name, release.namespace)
    return same and path.name == files.file_name(found)
