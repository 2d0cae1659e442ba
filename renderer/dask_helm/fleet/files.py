"""Which files a cluster has, and what they hold."""

import re
from collections.abc import Iterable

from dask_helm.fleet.model import Layout
from dask_helm.rendering import Manifest, to_yaml

SINGLE = "manifests.yaml"


def file_name(manifest: Manifest) -> str:
    """Return `kind-name.yaml`, in which nothing stands that a file system could object to."""
    text = f"{manifest.kind.lower()}-{manifest.name}"
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", text).strip(".-")
    return f"{safe or 'object'}.yaml"


def contents(manifests: list[Manifest], layout: Layout) -> dict[str, bytes]:
    """Return the content of each file; objects whose file names are equal share a file."""
    groups = {SINGLE: manifests} if layout == "single" else _by_name(manifests)
    return {name: to_yaml(group).encode() for name, group in groups.items()}


def _by_name(manifests: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    groups: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        groups.setdefault(file_name(manifest), []).append(manifest)
    return groups
