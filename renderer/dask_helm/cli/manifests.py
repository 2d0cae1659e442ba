"""The manifests of a release: chosen by kind and name, and written to a folder of files."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dask_helm import labels
from dask_helm.engine import Manifest, Release
from dask_helm.engine import yaml as goyaml
from dask_helm.errors import UsageError, YamlError

Changes = dict[str, list[str]]


def chosen(manifests: Sequence[Manifest], only: Sequence[str], hooks: bool) -> list[Manifest]:
    """Return the manifests that match `only` (KIND or KIND/NAME, with * and ?), or all.

    Without `hooks`, the pods of `helm test` are omitted. Raises UsageError for a pattern that
    matches nothing.
    """
    kept = [manifest for manifest in manifests if hooks or not manifest.hook]
    for pattern in only:
        if not any(_matches(manifest, pattern) for manifest in kept):
            listed = "".join(f"\n  {manifest.kind}/{manifest.name}" for manifest in kept)
            raise UsageError(f"--only {pattern} matches no object. The objects are:{listed}")
    matching = (m for m in kept if any(_matches(m, pattern) for pattern in only))
    return list(matching) if only else kept


def _matches(manifest: Manifest, pattern: str) -> bool:
    kind, _, name = pattern.partition("/")
    same_kind = fnmatchcase(manifest.kind.lower(), kind.lower())
    return same_kind and fnmatchcase(manifest.name, name or "*")


def write(output: Path, manifests: list[Manifest]) -> Changes:
    """Write one file per object if its content changes, atomically; return the names by result.

    Raises OSError, and UsageError for a folder that cannot be created.
    """
    from dask_helm.fleet import folder

    folder.create(output)
    changes: Changes = {"written": [], "unchanged": []}
    for name, content in folder.contents(manifests, "objects").items():
        changes["written" if folder.write(output, name, content) else "unchanged"].append(name)
    return changes


def left_over(output: Path, rendered: set[str], release: Release) -> Iterator[str]:
    """Yield the files of this release's objects that are no longer rendered.

    A file is this release's if its name, the label and the namespace match.
    """
    from dask_helm.fleet import folder

    for path in sorted(output.glob("*.yaml")):
        if path.name in rendered:
            continue
        try:
            found = Manifest("", goyaml.load(path.read_bytes(), name=path.name))
            instance = found.object["metadata"]["labels"][labels.INSTANCE]
        except (YamlError, OSError, LookupError, TypeError):
            continue
        same = (instance, found.namespace) == (release.name, release.namespace)
        if same and path.name == folder.file_name(found):
            yield path.name
