"""Choosing manifests by kind and name."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from dask_helm.errors import UsageError
from dask_helm.rendering import Manifest


def chosen(manifests: Sequence[Manifest], only: Sequence[str], hooks: bool) -> list[Manifest]:
    """Return those that match any of `only` (KIND or KIND/NAME, with * and ?), else all.

    `hooks` is False to leave out the pods of `helm test`. Raises UsageError for a pattern that
    matches nothing.
    """
    kept = [manifest for manifest in manifests if hooks or not manifest.hook]
    for pattern in only:
        if not any(_matches(manifest, pattern) for manifest in kept):
            raise UsageError(_nothing(pattern, kept))
    matching = (m for m in kept if any(_matches(m, pattern) for pattern in only))
    return list(matching) if only else kept


def _matches(manifest: Manifest, pattern: str) -> bool:
    kind, _, name = pattern.partition("/")
    same_kind = fnmatchcase(manifest.kind.lower(), kind.lower())
    return same_kind and fnmatchcase(manifest.name, name or "*")


def _nothing(pattern: str, manifests: Sequence[Manifest]) -> str:
    listed = "".join(f"\n  {manifest.kind}/{manifest.name}" for manifest in manifests)
    return f"--only {pattern} matches nothing; these values give:{listed}"
