"""The real programs that the tests run, built once by devcluster."""

from functools import cache
from pathlib import Path

from devcluster import api


@cache
def _folder() -> Path:
    return api.tools_only()


def helm(version: int = 4) -> Path:
    """Return the path of Helm 3 or 4."""
    return _folder() / {3: "helm3", 4: "helm"}[version]


def kubectl() -> Path:
    """Return the path of kubectl."""
    return _folder() / "kubectl"
